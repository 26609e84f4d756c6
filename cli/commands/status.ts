import { nextAction } from '../../core/error-codes.ts'
import { findSecret, listStatus, type SecretStatus } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { duration, moment } from '../output/duration.ts'
import { table } from '../output/table.ts'
import { awsVerb, type CommonOptions, type Verb, withSession } from '../verb.ts'

export const statusVerb: Verb = (program) =>
  awsVerb(program, 'status')
    .description('show secrets, versions, deadlines, the next rotation and the last error; never a value')
    .argument('[names...]', 'full names, or unique ends of names; all secrets when left out')
    .option('--stack <stack>', 'only secrets of this stack, such as keyturn/dev')
    .addHelpText(
      'after',
      '\nExamples:\n  $ keyturn status\n  $ keyturn status openai mobile-app\n  $ keyturn status --json | jq ".secrets[].nextRotation"',
    )
    .action((names: string[], options: CommonOptions & StatusOptions) =>
      withSession(
        options,
        async (session) => console.log(await status(session, names, options)),
        names.length === 1 ? names[0] : undefined,
      ),
    )

interface StatusOptions {
  stack?: string | undefined
  json?: boolean | undefined
}

/** `keyturn status [NAME…]`: what lives, until when, and what comes next. Reads labels and tags, never a value. */
export async function status(session: AwsSession, names: readonly string[], options: StatusOptions): Promise<string> {
  const secrets =
    names.length > 0
      ? await Promise.all(names.map((name) => findSecret(session, name, options.stack)))
      : await listStatus(session, options.stack)
  const now = session.now()
  if (options.json) return JSON.stringify({ at: now, secrets: secrets.map(toJson) }, undefined, 2)
  if (secrets.length === 0) {
    const where =
      options.stack === undefined ? `at ${session.target}` : `in stack ${options.stack} at ${session.target}`
    return `No secret of Keyturn's ${where}. Run pulumi up to create some, or npm start for the local cloud.`
  }
  return names.length > 0 ? secrets.map((secret) => details(secret, now)).join('\n\n') : overview(secrets, now)
}

function overview(secrets: readonly SecretStatus[], now: Date): string {
  const rows = secrets.map((secret) => [
    secret.name,
    secret.strategy,
    shortId(secret.keys.current),
    shortId(secret.keys.pending),
    graceCell(secret, now),
    next(secret, now),
    secret.lastError ? `${secret.lastError.code} (${secret.lastError.step})` : '-',
  ])
  const head = ['SECRET', 'STRATEGY', 'CURRENT', 'PENDING', 'GRACE', 'NEXT ROTATION', 'LAST ERROR']
  return `${table([head, ...rows])}\n\nDetails of one: keyturn status NAME`
}

function graceCell({ keys }: SecretStatus, now: Date): string {
  const { grace, expired, malformed, unordered } = keys
  const parts = [
    grace.length > 0 &&
      `${grace.length} alive, last ends in ${duration((grace[0]?.deadline.getTime() ?? 0) - now.getTime())}`,
    expired.length > 0 && `${expired.length} to retire`,
    malformed.length > 0 && `${malformed.length} unreadable`,
    unordered.length > 0 && `${unordered.length} replaced by hand`,
  ].filter((part) => part !== false)
  return parts.join('; ') || '-'
}

function next({ rotationEnabled, nextRotation, deleted }: SecretStatus, now: Date): string {
  if (deleted) return `being deleted, ${moment(deleted)}`
  if (!rotationEnabled) return 'off'
  if (!nextRotation) return 'not scheduled'
  return nextRotation < now ? `overdue since ${moment(nextRotation)}` : moment(nextRotation)
}

function details(secret: SecretStatus, now: Date): string {
  const { keys } = secret
  const rows = [
    ['  strategy', secret.strategy],
    ['  owner', secret.owner ?? '-'],
    ['  grace', secret.grace ?? '-'],
    ...(keys.current ? [['  current', keys.current]] : [['  current', 'none: the secret has no value yet']]),
    ...(keys.pending ? [['  pending', keys.pending]] : []),
    ...keys.grace.map(({ versionId, deadline }) => [
      '  in grace',
      `${versionId}  until ${moment(deadline)} (${duration(deadline.getTime() - now.getTime())} left)`,
    ]),
    ...keys.expired.map(({ versionId, deadline }) => [
      '  expired',
      `${versionId}  since ${moment(deadline)}: not accepted; may live at its target until the sweeper has retired it`,
    ]),
    ...keys.malformed.map(({ versionId, labels, problem }) => [
      problem === 'too-far' ? '  too far' : '  unreadable',
      `${versionId}  ${labels.join(', ')}: refused; correct the label by hand`,
    ]),
    ...keys.unordered.map((versionId) => [
      '  unordered',
      `${versionId}  replaced by hand: not accepted until it is put into grace, which takes a minute`,
    ]),
    ...(secret.ended ? [['  ended', `${moment(secret.ended)}: not rotated any more, and may be deleted`]] : []),
    ['  last rotation', secret.lastRotated ? moment(secret.lastRotated) : 'never'],
    ['  next rotation', next(secret, now)],
    [
      '  last error',
      secret.lastError ? `${secret.lastError.code} in ${secret.lastError.step} at ${moment(secret.lastError.at)}` : '-',
    ],
    ...(secret.lastError?.why ? [['  reason', secret.lastError.why]] : []),
    ...(secret.lastError ? [['  next action', nextAction(secret.lastError.code, secret.name)]] : []),
  ]
  return `${secret.name}\n${table(rows)}`
}

const shortId = (versionId: string | undefined): string => versionId?.slice(0, 8) ?? '-'

function toJson({ keys, ...secret }: SecretStatus): object {
  return {
    ...secret,
    current: keys.current,
    pending: keys.pending,
    inGrace: keys.grace,
    expired: keys.expired,
    malformed: keys.malformed,
    unordered: keys.unordered,
  }
}
