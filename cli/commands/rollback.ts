import { KeyturnError } from '../../core/errors.ts'
import { askFunction } from '../aws/ask.ts'
import { describeStatus, findSecret, type SecretStatus } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { findVersion } from '../aws/versions.ts'
import { moment } from '../output/duration.ts'
import { fateOf, notRetired, proxyLag } from '../output/fate.ts'
import { fitted } from '../output/help.ts'
import { type ProgressOptions, runJob } from '../output/progress.ts'
import { stateOf } from '../output/version-state.ts'
import { awsVerb, type CommonOptions, printJson, progressFor, show, type Verb, withSession } from '../verb.ts'

interface RollbackOptions {
  version?: string
  dryRun?: boolean
}

export const rollbackVerb: Verb = (program) =>
  awsVerb(program, 'rollback')
    .description('make the previous value current again, at the target too, while it is in its grace')
    .argument('<name>', 'full name, or unique end of a name')
    .option(
      '--version <version>',
      'go back to this version, by its id or the beginning of it, and not to the previous one',
    )
    .option('--dry-run', 'say what would become of which version, and change nothing')
    .addHelpText(
      'after',
      fitted(`
The old value is tried out first where its strategy can. The one that it replaces goes on working for the configured grace.
Safe to repeat: once rolled back, it stays so. To go forth again, give --version.

Examples:
  $ keyturn rollback openai --dry-run                         # from which version to which; changes nothing
  $ keyturn rollback openai
  $ keyturn rollback openai --version 915f4b16                # forth again, or back to an older one in its grace`),
    )
    .action((name: string, options: CommonOptions & RollbackOptions) =>
      withSession(
        options,
        async (session) => {
          const secret = await findSecret(session, name)
          const { current: from } = secret.keys
          if (from === undefined) throw refused(secret, 'it has no current version')
          const to =
            options.version === undefined ? previous(secret) : await findVersion(session, secret, options.version)
          if (to === from) return already(secret, from, options)
          assertReturnable(secret, to)
          if (options.dryRun) return preview(session, secret, from, to, options)
          const graceUntil = await rollBack(session, secret, from, to, progressFor(options))
          if (options.json) printJson({ name: secret.name, state: 'current', versionId: to, from, graceUntil })
        },
        name,
      ),
    )

/** The version to go back to; the current one when that has been done already. */
function previous(secret: SecretStatus): string {
  const { versions, keys, rolledBack } = secret
  const id = Object.keys(versions).find((version) => versions[version]?.includes('AWSPREVIOUS'))
  if (rolledBack && rolledBack.from === id && rolledBack.to === keys.current) return rolledBack.to
  if (id !== undefined && id !== keys.current) return id
  throw refused(secret, 'no previous version of it is left: the last one has been retired')
}

/** What can be told from the labels; the rotation function looks again, and tries the value out. */
function assertReturnable(secret: SecretStatus, to: string): void {
  const { keys, versions, name } = secret
  const pending = Object.keys(versions).find((id) => versions[id]?.includes('AWSPENDING'))
  if (pending !== undefined) {
    throw new KeyturnError(
      'rotation-in-progress',
      `${name} is being rotated (version ${pending} is AWSPENDING), so nothing is rolled back. Wait for it: keyturn status ${name}`,
    )
  }
  const over = keys.expired.find(({ versionId }) => versionId === to)
  if (over) throw refused(secret, `the grace of version ${to} ended at ${moment(over.deadline)}`)
  if (!(to in versions)) throw refused(secret, `version ${to} has been retired`)
}

const refused = ({ name }: SecretStatus, why: string): Error =>
  new KeyturnError(
    'rollback-refused',
    `${name} is not rolled back: ${why}. What is revoked, or about to be, cannot be brought back. Make a new value instead: keyturn rotate ${name} --wait`,
  )

function already({ name, rolledBack }: SecretStatus, current: string, options: CommonOptions): void {
  const forth =
    rolledBack?.to === current ? ` To go forth again: keyturn rollback ${name} --version ${rolledBack.from}` : ''
  show(
    options,
    { name, state: 'already', versionId: current, from: rolledBack?.from },
    `${name}: version ${current} is current already; nothing was changed.${forth}`,
  )
}

function preview(session: AwsSession, secret: SecretStatus, from: string, to: string, options: CommonOptions): void {
  const { name, grace } = secret
  const words = [
    `This would make an old version of ${name} current again, if it passes its strategy's test:`,
    `  ${to}  ${stateOf(secret, to, session.now())}`,
    `in place of`,
    `  ${from}  current; it would go on working for ${grace ?? 'the configured grace'}`,
    `To do it: keyturn rollback ${name} --version ${to}`,
  ]
  show(options, { name, state: 'dry-run', versionId: to, from }, words.join('\n'))
}

/**
 * Has the rotation function roll back, and looks whether it has.
 * @returns until when the version that was replaced works
 */
async function rollBack(
  session: AwsSession,
  secret: SecretStatus,
  from: string,
  to: string,
  progress: ProgressOptions,
): Promise<Date | undefined> {
  const { name, arn } = secret
  const work = async (report: (phase: string) => void) => {
    report(`going back to version ${to}`)
    await askFunction(session, secret, { Step: 'rollBack', VersionId: to, From: from })
    const after = await describeStatus(session, arn)
    const { keys, proxyReads } = after
    if (keys.current !== to) {
      throw new KeyturnError(
        'rollback-refused',
        `${name}: version ${keys.current} has become current meanwhile. Look: keyturn status ${name}`,
      )
    }
    const graceUntil = keys.grace.find(({ versionId }) => versionId === from)?.deadline
    if (keys.expired.some(({ versionId }) => versionId === from)) throw notRetired(after, to, from)
    const replaced = graceUntil ? `works until ${moment(graceUntil)}` : fateOf(after, session.now())
    const proxies = proxyReads ? `; a proxy that reaches Secrets Manager follows within ${proxyLag(proxyReads)} s` : ''
    const summary = `version ${to} is current again; version ${from}, which it replaces, ${replaced}${proxies}`
    return { result: graceUntil, summary }
  }
  return runJob({ title: name, run: work }, progress)
}
