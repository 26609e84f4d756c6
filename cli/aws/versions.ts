import { ListSecretVersionIdsCommand } from '@aws-sdk/client-secrets-manager'
import { KeyturnError } from '../../core/errors.ts'
import type { SecretStatus } from './secrets.ts'
import type { AwsSession } from './session.ts'

/**
 * The version that a person means: a whole id, or the beginning of one, as `keyturn status` prints it. Versions without
 * a label are looked for last, and need a call that not everybody may make.
 * @throws KeyturnError `version-unknown`, `version-ambiguous` (needs-human)
 */
export async function findVersion(session: AwsSession, secret: SecretStatus, text: string): Promise<string> {
  const { name, versions } = secret
  const [found, ...more] = beginning(Object.keys(versions), text)
  if (found !== undefined && more.length === 0) return found
  if (found !== undefined) throw ambiguous(name, text, [found, ...more])
  const [old, ...others] = beginning(await allVersions(session, secret), text)
  if (old !== undefined && others.length === 0) return old
  if (old !== undefined) throw ambiguous(name, text, [old, ...others])
  throw new KeyturnError(
    'version-unknown',
    `${name} has no version ${JSON.stringify(text)}. Give a version id or the beginning of one; keyturn status ${name} lists those that live.`,
  )
}

const beginning = (ids: readonly string[], text: string): string[] =>
  text === '' ? [] : ids.includes(text) ? [text] : ids.filter((id) => id.startsWith(text.toLowerCase()))

const ambiguous = (name: string, text: string, ids: readonly string[]): Error =>
  new KeyturnError(
    'version-ambiguous',
    `${JSON.stringify(text)} is the beginning of several versions of ${name}: ${ids.join(', ')}. Give more of it.`,
  )

async function allVersions({ client }: AwsSession, { arn }: SecretStatus): Promise<string[]> {
  const ids: string[] = []
  let NextToken: string | undefined
  do {
    const page = await client.send(
      new ListSecretVersionIdsCommand({ SecretId: arn, IncludeDeprecated: true, ...(NextToken && { NextToken }) }),
    )
    for (const { VersionId } of page.Versions ?? []) if (VersionId !== undefined) ids.push(VersionId)
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return ids
}

/** Old versions that may be alive at their target, whatever their labels say of it. */
export const oldVersions = ({ keys }: SecretStatus): readonly string[] => [
  ...[...keys.grace, ...keys.expired, ...keys.malformed].map(({ versionId }) => versionId),
  ...keys.unordered,
]
