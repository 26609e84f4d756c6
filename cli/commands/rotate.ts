import { InvalidArgumentError } from 'commander'
import { type Clock, SECOND, systemClock } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { ALLOWED_GRACE, formatGrace, parseGrace } from '../../core/grace.ts'
import { type Random, systemRandom } from '../../core/random.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { SUPPLIED_LABEL } from '../../core/tags.ts'
import { explain } from '../aws/explain.ts'
import { firstSentence, setGraceOnce, start, supply, waitUntilCurrent } from '../aws/rotation.ts'
import { findSecret, type SecretStatus } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { exitCode } from '../exit-codes.ts'
import { moment } from '../output/duration.ts'
import { nextAction } from '../output/next-action.ts'
import { type Job, type ProgressOptions, type Report, runJobs } from '../output/progress.ts'
import { readValue } from '../read-value.ts'
import { awsVerb, type CommonOptions, complain, printJson, progressFor, type Verb, withSession } from '../verb.ts'

export const rotateVerb: Verb = (program) =>
  awsVerb(program, 'rotate')
    .description('start a rotation now, as the console\'s "Rotate secret immediately" does')
    .argument('<names...>', 'full names, or unique ends of names')
    .option('--grace <period>', `how long the old key goes on working, for this rotation only: ${ALLOWED_GRACE}`)
    .option('--wait', 'wait until the new version is current')
    .option('--timeout <seconds>', 'how long --wait waits', seconds, 900)
    .option(
      '--value-from <file>',
      'the next value of a supplied secret, from a file or standard input (-); waits as --wait does',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ keyturn rotate openai --wait                              # planned: the configured grace
  $ keyturn rotate mobile-app --grace 1h --wait               # a shorter grace, this time only
  $ keyturn rotate openai --grace revoke-now --wait           # leaked: the old key dies at once
  $ keyturn rotate telegram-bot --value-from - --wait < token # a value that only you can obtain`,
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

type GivenOptions = CommonOptions & Pick<RotateOptions, 'grace' | 'wait' | 'timeout'> & { valueFrom?: string }

function seconds(argument: string): number {
  if (/^[1-9]\d{0,5}$/.test(argument)) return Number(argument)
  throw new InvalidArgumentError('Allowed: whole seconds from 1 to 999999.')
}

function report({ rotated, failed }: RotateResult, { json }: CommonOptions): void {
  if (json) printJson({ rotated, failed })
  else {
    for (const { error } of failed) complain(error)
    const started = rotated.filter(({ state }) => state === 'started').map(({ name }) => name)
    if (started.length > 0) console.log(`Follow with: keyturn status ${started.join(' ')}`)
  }
  // A failure weighs more than a wait that ran out: of the two it is the one that ends by itself.
  const codes = failed.map(({ error }) => exitCode(error))
  if (codes.length > 0) process.exitCode = Math.min(...codes)
}

interface RotateOptions {
  grace?: string | undefined
  wait?: boolean | undefined
  /** How long to wait, in seconds. */
  timeout: number
  /** The next value of a `supplied` secret. */
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
  const grace = options.grace === undefined ? undefined : formatGrace(parseGrace(options.grace))
  const found = await Promise.all(names.map((name) => findSecret(session, name)))
  const secrets = [...new Map(found.map((secret) => [secret.arn, secret])).values()]
  if (options.value && secrets.length > 1) {
    throw new KeyturnError(
      'value-not-allowed',
      `--value-from is one secret's value, and ${secrets.length} secrets are named. Give one name.`,
    )
  }
  for (const secret of secrets) assertRotatable(secret, options)

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

/** What a retired key can no longer do, by strategy: nobody but the issuer of a supplied value can revoke it. */
const FATE: Readonly<Record<string, (secret: SecretStatus, now: Date) => string>> = {
  'provider-key': () => 'is revoked at its provider',
  'client-key': refusedByProxies,
  supplied: () => 'is retired here; revoke it where it was issued',
  random: () => 'is retired here; what still holds it must be given the new one',
}

function fateOfOld(secret: SecretStatus, old: string | undefined, graceUntil: Date | undefined, now: Date): string {
  if (old === undefined) return ''
  if (graceUntil) return `; the old key works until ${moment(graceUntil)}`
  const fate = FATE[secret.strategy]?.(secret, now) ?? 'is retired'
  const others =
    secret.keys.grace.length === 0 ? '' : `; ${secret.keys.grace.length} older still in grace (see keyturn status)`
  return `; the old key ${fate}${others}`
}

/** A proxy refuses an old key once it has looked at the labels: how soon that is, and what may put it off. */
function refusedByProxies({ proxyReads }: SecretStatus, now: Date): string {
  if (!proxyReads) return 'is refused by whoever checks keys as soon as they have read the labels again'
  const { refreshSeconds, maxStaleSeconds } = proxyReads
  // Polls are jittered by a tenth, and two loads are a second apart at least.
  const within = Math.ceil(refreshSeconds * 1.1) + 1
  const by = (seconds: number): string => moment(new Date(now.getTime() + seconds * SECOND))
  return (
    `is refused by every proxy within ${within} s, by ${by(within)}; ` +
    `a proxy that cannot reach Secrets Manager may accept it until ${by(maxStaleSeconds)}`
  )
}

/** The rotation has succeeded and the old key has not died: an error, since it was to die now. */
function notRetired({ name, lastError }: SecretStatus, token: string, old: string): Error {
  const error = lastError?.step === 'retireSecret' ? lastError : undefined
  const why = error ? `${error.code}. ${firstSentence(error.why)}` : 'its retirement did not end. '
  return new KeyturnError(
    'old-key-not-retired',
    `${name}: version ${token} is current, but the old key (version ${old}) was not retired: ${why}Take it for alive until keyturn status ${name} ` +
      `no longer lists that version as expired; the sweeper goes on trying. ${error ? nextAction(error.code, name) : ''}`.trimEnd(),
  )
}

function assertRotatable({ name, ...secret }: SecretStatus, { value }: RotateOptions): void {
  if (secret.deleted) {
    throw new KeyturnError(
      'secret-deleted',
      `${name} is scheduled for deletion. Restore it (aws secretsmanager restore-secret --secret-id ${name}), then try again.`,
    )
  }
  if (!secret.rotationEnabled) {
    throw new KeyturnError(
      'rotation-disabled',
      `Rotation is off for ${name}. Turn it on with pulumi up, then try again.`,
    )
  }
  if (value && secret.strategy !== 'supplied') {
    throw new KeyturnError(
      'value-not-allowed',
      `--value-from is for strategy supplied; ${name} is ${secret.strategy}, which makes its own value. Leave the option out.`,
    )
  }
  if (secret.keys.pending !== undefined) throw inProgress(name, secret.keys.pending, secret.lastError)
  const waiting = Object.values(secret.versions).some(
    (labels) => labels.includes(SUPPLIED_LABEL) && !labels.includes('AWSCURRENT'),
  )
  if (secret.strategy === 'supplied' && !value && !waiting) {
    throw new KeyturnError(
      'nothing-supplied',
      `No new value has been supplied for ${name}; the current one stays in force. ${nextAction('nothing-supplied', name)}`,
    )
  }
}

function inProgress(name: string, pending: string, error: SecretStatus['lastError']): Error {
  const why = error ? `; its last try failed with ${error.code} in ${error.step}` : ''
  return new KeyturnError(
    'rotation-in-progress',
    `${name} is being rotated already (version ${pending} is AWSPENDING${why}). Follow it with: keyturn status ${name}. ` +
      `If it does not move on, have it tried again (aws secretsmanager rotate-secret --secret-id ${name}), or give it up: ` +
      `aws secretsmanager update-secret-version-stage --version-stage AWSPENDING --secret-id ${name} --remove-from-version-id ${pending}`,
  )
}
