import { DescribeSecretCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager'
import { KeyturnError } from '../../core/errors.ts'
import {
  type LastError,
  type ProxyReads,
  type RolledBack,
  readLastError,
  readProxyReads,
  readRolledBack,
  readSupply,
  readWhy,
  type Supply,
  TAG,
} from '../../core/tags.ts'
import { type KeySet, readKeySet, type VersionLabels } from '../../core/versions.ts'
import { listSecrets } from './list-secrets.ts'
import type { AwsSession } from './session.ts'

/** One secret as an operator sees it. Holds no value. */
export interface SecretStatus {
  name: string
  arn: string
  stack: string
  strategy: string
  /** Whether a person hands over values; undefined for a secret that an older program made. */
  supply: Supply | undefined
  /** Who presents its values: clients of the proxy. */
  presentedBy: 'clients' | undefined
  /** Who revokes old credentials at their target, where somebody can. */
  revokedBy: 'keyturn' | undefined
  owner: string | undefined
  grace: string | undefined
  rotationEnabled: boolean
  keys: KeySet
  versions: VersionLabels
  lastRotated: Date | undefined
  nextRotation: Date | undefined
  /** The last failed step, unless it has been overcome since; `why` is the function's message, shortened. */
  lastError: { at: Date; step: string; code: string; why: string | undefined } | undefined
  /** How often the proxy looks at the labels; absent for a secret that no proxy reads. */
  proxyReads: ProxyReads | undefined
  /** The last time that an old version became current again. */
  rolledBack: RolledBack | undefined
  /** When the secret was ended, so that it can be deleted. */
  ended: Date | undefined
  rotationFunction: string | undefined
  deleted: Date | undefined
}

interface SecretRecord {
  ARN?: string | undefined
  Name?: string | undefined
  Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined
  RotationEnabled?: boolean | undefined
  RotationLambdaARN?: string | undefined
  LastRotatedDate?: Date | undefined
  NextRotationDate?: Date | undefined
  DeletedDate?: Date | undefined
}

/** Every secret of Keyturn's, or of one of its stacks, by name. */
export async function listStatus(session: AwsSession, stack?: string): Promise<SecretStatus[]> {
  const found: SecretStatus[] = []
  for await (const entry of listSecrets(session)) {
    const status = toStatus(session, entry, entry.SecretVersionsToStages ?? {})
    if (status && (stack === undefined || status.stack === stack)) found.push(status)
  }
  return found.sort((one, other) => one.name.localeCompare(other.name))
}

/**
 * One secret, fresh, by ARN or full name.
 * @param alike names to offer when there is none
 * @throws KeyturnError `secret-not-found`, `secret-not-managed` (needs-human)
 */
export async function describeStatus(
  session: AwsSession,
  secretId: string,
  alike: readonly string[] = [],
): Promise<SecretStatus> {
  try {
    const found = await session.client.send(new DescribeSecretCommand({ SecretId: secretId }))
    const status = toStatus(session, found, found.VersionIdsToStages ?? {})
    if (status) return status
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error
    throw new KeyturnError(
      'secret-not-found',
      `There is no secret ${secretId} at ${session.target}.${alike.length > 0 ? ` Alike: ${alike.slice(0, 5).join(', ')}.` : ''} See them all with: keyturn status`,
      error,
    )
  }
  throw new KeyturnError(
    'secret-not-managed',
    `${secretId} exists but is not Keyturn's: it has no ${TAG.stack} tag. Add it under keyturn:secrets in Pulumi.<stack>.yaml and run pulumi up.`,
  )
}

/** What Secrets Manager takes for a name or an ARN. */
const NAME = /^[\w/+=.@:-]{1,2048}$/

/**
 * The secret that a person means: a full name, an ARN, or a whole end of one name that begins after `/` or `-` (`openai`
 * or `app` for `keyturn/dev/openai` and `keyturn/dev/mobile-app`), looked for in one stack when that is given.
 * @throws KeyturnError `secret-not-found`, `secret-ambiguous`, `secret-not-managed` (needs-human)
 */
export async function findSecret(session: AwsSession, name: string, stack?: string): Promise<SecretStatus> {
  if (!NAME.test(name)) throw noSuchName(name)
  if (name.startsWith('arn:') || name.split('/').length > 2) return describeStatus(session, name)
  const all = await listStatus(session, stack)
  const ends = (before: string) => all.filter((secret) => secret.name.endsWith(`${before}${name}`))
  const exact = all.filter((secret) => secret.name === name)
  // `app` is the secret of that name rather than one whose name merely ends like that.
  const matches = [exact, ends('/'), ends('-')].find((found) => found.length > 0) ?? []
  const [only] = matches
  if (only && matches.length === 1) return describeStatus(session, only.arn)
  if (matches.length > 1) {
    throw new KeyturnError(
      'secret-ambiguous',
      `${JSON.stringify(name)} is the end of several names: ${matches.map((match) => match.name).join(', ')}. Give the full one.`,
    )
  }
  const alike = all.filter((secret) => secret.name.includes(name)).map((secret) => secret.name)
  // A secret without our tag does not come up in the list: say which of the two it is.
  return describeStatus(session, name, alike)
}

const noSuchName = (name: string): Error =>
  new KeyturnError(
    'secret-not-found',
    `No secret has the name ${JSON.stringify(name)}. Give a full name, such as keyturn/dev/openai, or an end of one, such as openai. See them all with: keyturn status`,
  )

function toStatus(session: AwsSession, record: SecretRecord, versions: VersionLabels): SecretStatus | undefined {
  const tags = Object.fromEntries((record.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
  const stack = tags[TAG.stack]
  if (stack === undefined || record.Name === undefined || record.ARN === undefined) return undefined
  const error = readLastError(tags[TAG.lastError])
  const keys = readKeySet(versions, session.now())
  return {
    name: record.Name,
    arn: record.ARN,
    stack,
    strategy: tags[TAG.strategy] ?? 'unknown',
    supply: readSupply(tags[TAG.supply]),
    presentedBy: tags[TAG.presentedBy] === 'clients' ? 'clients' : undefined,
    revokedBy: tags[TAG.revokedBy] === 'keyturn' ? 'keyturn' : undefined,
    owner: tags[TAG.owner],
    grace: tags[TAG.grace],
    rotationEnabled: record.RotationEnabled === true,
    keys,
    versions,
    lastRotated: record.LastRotatedDate,
    nextRotation: record.NextRotationDate,
    lastError: error && !overcome(error, record, keys) ? { ...error, why: readWhy(tags[TAG.lastErrorWhy]) } : undefined,
    proxyReads: readProxyReads(tags[TAG.proxyReads]),
    rolledBack: readRolledBack(tags[TAG.rolledBack]),
    ended: readEnded(tags[TAG.ended]),
    rotationFunction: record.RotationLambdaARN,
    deleted: record.DeletedDate,
  }
}

/** A retirement is overcome when nothing is left to retire, anything else by a rotation that succeeded. */
function overcome({ at, step }: LastError, { LastRotatedDate }: SecretRecord, keys: KeySet): boolean {
  if (step === 'retireSecret') return keys.expired.length === 0
  return LastRotatedDate !== undefined && LastRotatedDate > at
}

function readEnded(tag: string | undefined): Date | undefined {
  const at = new Date(tag?.split(' ')[0] ?? '')
  return Number.isNaN(at.getTime()) ? undefined : at
}
