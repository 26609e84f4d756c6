import { MINUTE } from '../../core/clock.ts'
import { EXIT, nextAction } from '../../core/error-codes.ts'
import { findSecret, listStatus, type SecretStatus } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { details } from '../output/details.ts'
import { moment } from '../output/duration.ts'
import { fitted } from '../output/help.ts'
import { overview } from '../output/overview.ts'
import { type Terminal, terminalOf } from '../output/terminal.ts'
import { awsVerb, type CommonOptions, type Verb, withSession } from '../verb.ts'

export const statusVerb: Verb = (program) =>
  awsVerb(program, 'status')
    .description('show secrets, versions, deadlines, the next rotation and the last error; never a value')
    .argument('[names...]', 'full names, or unique ends of names; all secrets when left out')
    .option('--stack <stack>', 'only secrets of this stack, such as keyturn/dev')
    .option('--check', `exit ${EXIT.attention} when something needs a person, and say what on standard error`)
    .addHelpText(
      'after',
      fitted(`
Exits 0 whatever it shows, unless --check is given. A terminal gets what fits its width, a pipe all of it.

Examples:
  $ keyturn status
  $ keyturn status openai mobile-app
  $ keyturn status --check > /dev/null || page-somebody       # for a script or a monitor
  $ keyturn status --json | jq ".secrets[].nextRotation"`),
    )
    .action((names: string[], options: CommonOptions & StatusOptions & { check?: boolean }) =>
      withSession(
        options,
        async (session) => {
          const secrets = await find(session, names, options.stack)
          console.log(words(session, secrets, names.length > 0, options))
          if (options.check) check(secrets, session.now())
        },
        names.length === 1 ? names[0] : undefined,
      ),
    )

interface StatusOptions {
  stack?: string | undefined
  json?: boolean | undefined
}

/** `keyturn status [NAME…]`: what lives, until when, and what comes next. Reads labels and tags, never a value. */
export async function status(session: AwsSession, names: readonly string[], options: StatusOptions): Promise<string> {
  return words(session, await find(session, names, options.stack), names.length > 0, options)
}

const find = (session: AwsSession, names: readonly string[], stack?: string): Promise<readonly SecretStatus[]> =>
  names.length > 0 ? Promise.all(names.map((name) => findSecret(session, name, stack))) : listStatus(session, stack)

function words(
  session: AwsSession,
  secrets: readonly SecretStatus[],
  named: boolean,
  { json, stack }: StatusOptions,
  terminal: Terminal = terminalOf(process.stdout),
): string {
  const now = session.now()
  if (json) return JSON.stringify({ at: now, secrets: secrets.map((secret) => toJson(secret, now)) }, undefined, 2)
  if (secrets.length === 0) {
    const where = stack === undefined ? `at ${session.target}` : `in stack ${stack} at ${session.target}`
    return `No secret of Keyturn's ${where}. Run pulumi up to create some, or npm start for the local cloud.`
  }
  if (!named) return overview(secrets, now, terminal)
  return secrets.map((secret) => details(secret, now, terminal)).join('\n\n')
}

function check(secrets: readonly SecretStatus[], now: Date): void {
  const needy = secrets.flatMap((secret) => attention(secret, now).map((why) => `keyturn: ${secret.name}: ${why}`))
  for (const line of needy) console.error(line)
  if (needy.length > 0) process.exitCode = EXIT.attention
}

/** A few sweeps; what the next one mends needs nobody. */
const PATIENCE_MS = 15 * MINUTE

/** What on a secret does not go away by itself. */
function attention(secret: SecretStatus, now: Date): string[] {
  const { name, keys, lastError, deleted, ended, rotationEnabled, nextRotation } = secret
  if (ended) return []
  const late = keys.expired.filter(({ deadline }) => now.getTime() - deadline.getTime() > PATIENCE_MS)
  return [
    lastError && `${lastError.code} in ${lastError.step}. ${nextAction(lastError.code, name)}`,
    late.length > 0 && `${late.length} old versions are not retired. keyturn revoke ${name}`,
    keys.malformed.length > 0 && `a grace label cannot be believed. ${nextAction('grace-label-malformed', name)}`,
    keys.current === undefined && `it has no value. ${nextAction('secret-without-value', name)}`,
    deleted && `it is scheduled for deletion and has not been ended. ${nextAction('secret-deleted', name)}`,
    !deleted && !rotationEnabled && `its rotation is off. ${nextAction('rotation-disabled', name)}`,
    nextRotation &&
      nextRotation < now &&
      `its rotation is overdue since ${moment(nextRotation)}. keyturn rotate ${name}`,
  ].filter((why) => typeof why === 'string')
}

function toJson({ keys, ...secret }: SecretStatus, now: Date): object {
  const { lastError: error } = secret
  return {
    ...secret,
    ...(error && { lastError: { ...error, nextAction: nextAction(error.code, secret.name) } }),
    needsAttention: attention({ keys, ...secret }, now),
    current: keys.current,
    pending: keys.pending,
    inGrace: keys.grace,
    expired: keys.expired,
    malformed: keys.malformed,
    unordered: keys.unordered,
  }
}
