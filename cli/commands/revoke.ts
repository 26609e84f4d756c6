import { KeyturnError } from '../../core/errors.ts'
import { askFunction } from '../aws/ask.ts'
import { describeStatus, findSecret, type SecretStatus } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { findVersion, oldVersions } from '../aws/versions.ts'
import { fateOf } from '../output/fate.ts'
import { fitted } from '../output/help.ts'
import { type ProgressOptions, runJob } from '../output/progress.ts'
import { stateOf } from '../output/version-state.ts'
import { awsVerb, type CommonOptions, printJson, progressFor, show, type Verb, withSession } from '../verb.ts'

interface RevokeOptions {
  version?: string
  dryRun?: boolean
}

export const revokeVerb: Verb = (program) =>
  awsVerb(program, 'revoke')
    .description('end the grace of old versions now: revoke them at their target, and see them gone')
    .argument('<name>', 'full name, or unique end of a name')
    .option('--version <version>', 'this version alone, by its id or the beginning of it; all old ones when left out')
    .option('--dry-run', 'say what would be revoked, and change nothing')
    .addHelpText(
      'after',
      fitted(`
The current version is never revoked: replace it and end it in one with keyturn rotate NAME --grace revoke-now --wait.
Safe to repeat: what is revoked already is seen gone once more.

Examples:
  $ keyturn revoke openai --dry-run                           # which old keys live; changes nothing
  $ keyturn revoke openai                                     # every old key dies now
  $ keyturn revoke mobile-app --version c405b321              # this one, as keyturn status names it`),
    )
    .action((name: string, options: CommonOptions & RevokeOptions) =>
      withSession(
        options,
        async (session) => {
          const secret = await findSecret(session, name)
          const versions =
            options.version === undefined ? oldVersions(secret) : [await findVersion(session, secret, options.version)]
          assertOld(secret, versions)
          if (versions.length === 0)
            return show(
              options,
              { name: secret.name, revoked: [] },
              `${secret.name} has no old version: there is nothing to revoke.`,
            )
          if (options.dryRun) return preview(session, secret, versions, options)
          const fate = await revoke(session, secret, versions, progressFor(options))
          if (options.json) printJson({ name: secret.name, revoked: versions, fate })
        },
        name,
      ),
    )

/**
 * Has the rotation function end versions, and looks whether they are gone.
 * @returns what the keys can do no more
 * @throws KeyturnError `old-key-not-retired` (needs-human), and what the function answers
 */
async function revoke(
  session: AwsSession,
  secret: SecretStatus,
  versions: readonly string[],
  progress: ProgressOptions,
): Promise<string> {
  const { name } = secret
  const work = async (report: (phase: string) => void) => {
    report(`revoking ${list(versions)}`)
    await askFunction(session, secret, { Step: 'revokeVersions', VersionIds: versions })
    const after = await describeStatus(session, secret.arn)
    const left = versions.filter((version) => oldVersions(after).includes(version))
    if (left.length > 0) {
      throw new KeyturnError(
        'old-key-not-retired',
        `${name}: ${list(left)} carries a label again, which somebody has put on meanwhile. Look: keyturn status ${name}`,
      )
    }
    const fate = fateOf(after, session.now())
    return { result: fate, summary: `${versions.length > 1 ? 'each of ' : ''}${list(versions)} ${fate}` }
  }
  return runJob({ title: name, run: work }, progress)
}

/** @throws KeyturnError `retire-live-version` (terminal) */
function assertOld({ name, keys }: SecretStatus, versions: readonly string[]): void {
  if (keys.current !== undefined && versions.includes(keys.current)) {
    throw new KeyturnError(
      'retire-live-version',
      `Version ${keys.current} of ${name} is the current one, and is not revoked. Replace it and end it in one: keyturn rotate ${name} --grace revoke-now --wait`,
    )
  }
}

function preview(session: AwsSession, secret: SecretStatus, versions: readonly string[], options: CommonOptions): void {
  const now = session.now()
  const { name } = secret
  const how = versions.length === 1 ? ` --version ${versions[0]}` : ''
  show(
    options,
    { name, revoked: [], wouldRevoke: versions },
    [
      `This would end ${versions.length === 1 ? 'one old version' : `${versions.length} old versions`} of ${name}:`,
      ...versions.map((version) => `  ${version}  ${stateOf(secret, version, now)}`),
      `Then each ${fateOf(secret, now)}. To do it: keyturn revoke ${name}${how}`,
    ].join('\n'),
  )
}

const list = (versions: readonly string[]): string =>
  versions.length === 1 ? `version ${versions[0]}` : `the versions ${versions.join(', ')}`
