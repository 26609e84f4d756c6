import { Option } from 'commander'
import { KeyturnError } from '../../core/errors.ts'
import { ALLOWED_UNTIL, graceDeadline, parseGrace, parseUntil } from '../../core/grace.ts'
import { askFunction } from '../aws/ask.ts'
import { describeStatus, findSecret, type SecretStatus } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { findVersion } from '../aws/versions.ts'
import { moment } from '../output/duration.ts'
import { fitted } from '../output/help.ts'
import { type ProgressOptions, runJob } from '../output/progress.ts'
import { awsVerb, type CommonOptions, printJson, progressFor, type Verb, withSession } from '../verb.ts'

interface GraceOptions {
  until?: string
  for?: string
  version?: string
}

export const graceVerb: Verb = (program) =>
  awsVerb(program, 'grace')
    .description('give old versions more or less time: set another end of a grace that has begun')
    .argument('<name>', 'full name, or unique end of a name')
    .option('--for <period>', 'for how long from now they go on working: "1h" to "7d"')
    .addOption(new Option('--until <moment>', `until when they go on working: ${ALLOWED_UNTIL}`).conflicts('for'))
    .option('--version <version>', 'this version alone, by its id or the beginning of it; all in grace when left out')
    .addHelpText(
      'after',
      fitted(`
A version that is revoked, or whose grace is over, cannot be brought back. To end one at once: keyturn revoke NAME.

Examples:
  $ keyturn grace mobile-app --for 72h                        # three days from now
  $ keyturn grace mobile-app --until 2026-12-01T10:00:00Z     # until that moment
  $ keyturn grace openai --for 1h --version a1fd940d          # shorter, for this version alone`),
    )
    .action((name: string, options: CommonOptions & GraceOptions) =>
      withSession(
        options,
        async (session) => {
          const secret = await findSecret(session, name)
          const until = deadline(options, session.now())
          const versions =
            options.version === undefined ? alive(secret) : [await findVersion(session, secret, options.version)]
          const result = await setGrace(session, secret, versions, until, progressFor(options))
          if (options.json) printJson({ name: secret.name, versions: result })
        },
        name,
      ),
    )

/** @throws KeyturnError `grace-invalid` (needs-human) */
function deadline({ until, for: period }: GraceOptions, now: Date): Date {
  if (until !== undefined) return parseUntil(until, now)
  if (period === undefined) {
    throw new KeyturnError('grace-invalid', `Give --for, such as --for 48h, or --until: ${ALLOWED_UNTIL}.`)
  }
  const grace = parseGrace(period)
  if (grace.kind === 'window') return graceDeadline(grace, now)
  throw new KeyturnError('grace-invalid', 'To end versions at once: keyturn revoke NAME. Allowed here: "1h" to "7d".')
}

/** What has an end that can be moved. */
const alive = ({ keys }: SecretStatus): readonly string[] => [
  ...[...keys.grace, ...keys.malformed].map(({ versionId }) => versionId),
  ...keys.unordered,
]

/**
 * Has the rotation function set another end, and looks whether it stands.
 * @throws KeyturnError `nothing-in-grace` (needs-human), `grace-over` (terminal), and what the function answers
 */
async function setGrace(
  session: AwsSession,
  secret: SecretStatus,
  versions: readonly string[],
  until: Date,
  progress: ProgressOptions,
): Promise<{ versionId: string; graceUntil: Date }[]> {
  const { name, arn } = secret
  if (versions.length === 0) {
    throw new KeyturnError(
      'nothing-in-grace',
      `${name} has no version in grace. One that is revoked or over cannot be brought back; make a new value with keyturn rotate ${name} --wait`,
    )
  }
  const work = async (report: (phase: string) => void) => {
    report(`setting the end of ${versions.length === 1 ? 'one version' : `${versions.length} versions`}`)
    await askFunction(session, secret, { Step: 'setGrace', VersionIds: versions, Until: until.toISOString() })
    const { keys } = await describeStatus(session, arn)
    const set = versions.map((versionId) => {
      const graceUntil = keys.grace.find((version) => version.versionId === versionId)?.deadline
      if (graceUntil) return { versionId, graceUntil }
      throw new KeyturnError(
        'grace-over',
        `Version ${versionId} of ${name} is not in grace any more. Look: keyturn status ${name}`,
      )
    })
    const told = set.map(({ versionId, graceUntil }) => `version ${versionId} works until ${moment(graceUntil)}`)
    return { result: set, summary: told.join('; ') }
  }
  return runJob({ title: name, run: work }, progress)
}
