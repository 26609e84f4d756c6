import { InvalidArgumentError, Option } from 'commander'
import { type Clock, systemClock } from '../../core/clock.ts'
import { ERROR_CODES } from '../../core/error-codes.ts'
import { KeyturnError } from '../../core/errors.ts'
import { ALLOWED_GRACE, ALLOWED_UNTIL, formatGrace, parseGrace, parseUntil } from '../../core/grace.ts'
import { type Random, systemRandom } from '../../core/random.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { explain } from '../aws/explain.ts'
import { assertRotatable } from '../aws/rotatable.ts'
import { setGraceOnce, start, supply, waitUntilCurrent } from '../aws/rotation.ts'
import { findSecret, type SecretStatus } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { moment } from '../output/duration.ts'
import { fateOf, notRetired } from '../output/fate.ts'
import { fitted } from '../output/help.ts'
import { type Job, type ProgressOptions, type Report, runJobs } from '../output/progress.ts'
import { readValue } from '../read-value.ts'
import {
  awsVerb,
  type CommonOptions,
  complain,
  printJson,
  progressFor,
  type Verb,
  withNextAction,
  withSession,
} from '../verb.ts'

export const rotateVerb: Verb = (program) =>
  awsVerb(program, 'rotate')
    .description('start a rotation now, as the console\'s "Rotate secret immediately" does')
    .argument('<names...>', 'full names, or unique ends of names')
    .option('--grace <period>', `how long the old key goes on working, for this rotation only: ${ALLOWED_GRACE}`)
    .addOption(new Option('--until <moment>', `the same by its end: ${ALLOWED_UNTIL}`).conflicts('grace'))
    .option('--wait', 'wait until the new version is current')
    .option('--timeout <seconds>', 'how long --wait waits', seconds, 900)
    .option(
      '--value-from <file>',
      'the next value, where a person or a client brings one: from a file or standard input (-); waits as --wait does',
    )
    .addHelpText(
      'after',
      fitted(`
Examples:
  $ keyturn rotate openai --wait                              # planned: the configured grace
  $ keyturn rotate mobile-app --grace 1h --wait               # a shorter grace, this time only
  $ keyturn rotate openai --until 2026-12-01T10:00:00Z --wait # the old key works until that moment
  $ keyturn rotate openai --grace revoke-now --wait           # leaked: the old key dies at once
  $ keyturn rotate telegram-bot --value-from - --wait < token # a value that only you can obtain`),
    )
    .action((names: string[], options: GivenOptions) =>
      withSession(options, async (session) => {
        const value = options.valueFrom === undefined ? undefined : await readValue(options.valueFrom)
        const progress = progressFor(options)
        report(
          await rotate(session, names, { ...options, value, progress, clock: systemClock, random: systemRandom }),
          options,
        )
      }),
    )

type GivenOptions = CommonOptions & Pick<RotateOptions, 'grace' | 'until' | 'wait' | 'timeout'> & { valueFrom?: string }

function seconds(argument: string): number {
  if (/^[1-9]\d{0,5}$/.test(argument)) return Number(argument)
  throw new InvalidArgumentError('Allowed: whole seconds from 1 to 999999.')
}

function report({ rotated, failed }: RotateResult, { json }: CommonOptions): void {
  if (json)
    printJson({ rotated, failed: failed.map(({ name, error }) => ({ name, error: withNextAction(error, name) })) })
  else {
    for (const { error } of failed) complain(error)
    const started = rotated.filter(({ state }) => state === 'started').map(({ name }) => name)
    if (started.length > 0) console.log(`Follow with: keyturn status ${started.join(' ')}`)
  }
  // A failure weighs more than a wait that ran out: of the two it is the one that ends by itself.
  const codes = failed.map(({ error }) => ERROR_CODES[error.code].exit)
  if (codes.length > 0) process.exitCode = Math.min(...codes)
}

interface RotateOptions {
  grace?: string | undefined
  /** The same by its end. */
  until?: string | undefined
  wait?: boolean | undefined
  /** How long to wait, in seconds. */
  timeout: number
  /** The next value, where a person hands it over. */
  value?: SecretString | undefined
  progress: ProgressOptions
  clock: Clock
  random: Random
}

interface Rotated {
  name: string
  versionId: string
  state: 'started' | 'current'
  from: string | undefined
  graceUntil: Date | undefined
}

interface RotateResult {
  rotated: Rotated[]
  failed: { name: string; error: KeyturnError }[]
}

/**
 * `keyturn rotate NAME…`: what the console's "Rotate secret immediately" does, with a grace of its own and a wait.
 * Every secret is looked at before the first is rotated; after that, one that fails stops no other.
 * @throws KeyturnError when a name or an option does not fit a secret, before anything is changed
 */
async function rotate(session: AwsSession, names: readonly string[], options: RotateOptions): Promise<RotateResult> {
  const period = options.grace === undefined ? undefined : formatGrace(parseGrace(options.grace))
  const found = await Promise.all(names.map((name) => findSecret(session, name)))
  const grace = options.until === undefined ? period : parseUntil(options.until, session.now()).toISOString()
  const secrets = [...new Map(found.map((secret) => [secret.arn, secret])).values()]
  if (options.value && secrets.length > 1) {
    throw new KeyturnError(
      'value-not-allowed',
      `--value-from is one secret's value, and ${secrets.length} secrets are named. Give one name.`,
    )
  }
  for (const secret of secrets) assertRotatable(secret, options.value !== undefined)

  const jobs = secrets.map(
    (secret): Job<Rotated> => ({
      title: secret.name,
      run: (report) => rotateOne(session, secret, { ...options, grace }, report),
    }),
  )
  const outcomes = await runJobs(jobs, options.progress)
  return {
    rotated: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    failed: outcomes.flatMap((outcome, index) =>
      outcome.status === 'fulfilled'
        ? []
        : [{ name: secrets[index]?.name ?? '', error: explain(outcome.reason, session.target) }],
    ),
  }
}

async function rotateOne(
  session: AwsSession,
  secret: SecretStatus,
  options: RotateOptions,
  report: Report,
): Promise<{ result: Rotated; summary: string }> {
  const { name, keys } = secret
  const token = options.random.uuid()
  if (options.value) {
    report('putting the supplied value')
    await supply(session, secret, options.value, options.random.uuid())
  }
  if (options.grace !== undefined) await setGraceOnce(session, secret, options.grace, token)
  await start(session, secret, token)
  const rotated = { name, versionId: token, from: keys.current, graceUntil: undefined }
  // A value that is handed over is judged within seconds, and whoever typed it is still here to hear of it.
  if (!options.wait && !options.value)
    return { result: { ...rotated, state: 'started' }, summary: `started, version ${token}` }

  const after = await waitUntilCurrent(session, secret, token, options, report)
  const unretired = after.keys.expired.find(({ versionId }) => versionId === keys.current)
  if (unretired) throw notRetired(after, token, unretired.versionId)
  const graceUntil = after.keys.grace.find(({ versionId }) => versionId === keys.current)?.deadline
  const summary = `version ${token} is current${fateOfOld(after, keys.current, graceUntil, session.now())}`
  return { result: { ...rotated, state: 'current', graceUntil }, summary }
}

function fateOfOld(secret: SecretStatus, old: string | undefined, graceUntil: Date | undefined, now: Date): string {
  if (old === undefined) return ''
  if (graceUntil) return `; the old key works until ${moment(graceUntil)}`
  const others =
    secret.keys.grace.length === 0 ? '' : `; ${secret.keys.grace.length} older still in grace (see keyturn status)`
  return `; the old key ${fateOf(secret, now)}${others}`
}
