import { MINUTE } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { type KeySet, readKeySet, type VersionLabels } from '../../core/versions.ts'
import type { SecretSource } from './secret-source.ts'

/** A version whose key the proxy holds. A grace version stops counting at its deadline without being loaded again. */
export interface KeyVersion<Key> {
  readonly versionId: string
  readonly state: 'current' | 'pending' | 'grace'
  readonly deadline?: Date
  readonly key: Key
  /** It was current before the present current version, which cannot be read. */
  readonly standIn?: true
  /** A hand has replaced it a moment ago, and it is not put into grace yet. */
  readonly replaced?: true
}

/** A version that labels still show and that is not accepted any more. */
export interface EndedLabel {
  readonly versionId: string
  readonly state: 'expired' | 'retired'
  /** Since when it is not accepted, where that is known. */
  readonly since?: Date
}

export interface LoadedKeySet<Key> {
  /** Current first, then grace, the longest-lived first, then pending: all that could be read. */
  readonly versions: readonly KeyVersion<Key>[]
  readonly ended: readonly EndedLabel[]
  /** No version is alive, whatever its value. */
  readonly gone: boolean
  /** Why some version is missing, or that there is no current one. */
  readonly faults: readonly KeyturnError[]
}

export interface LoadOptions<Key> {
  readonly source: SecretSource
  readonly secretId: string
  /** Turns a value into what is kept of it; throws a KeyturnError when the value is malformed. */
  readonly parse: (value: SecretString) => Key
  /** The set held so far: a version's value never changes, so its keys are not read again. */
  readonly before: readonly KeyVersion<Key>[]
  /** The version last seen in force: kept in place of a current one that cannot be read, unless a label ends it. */
  readonly lastCurrent: KeyVersion<Key> | undefined
  readonly now: Date
  readonly signal: AbortSignal
}

/**
 * One DescribeSecret, and one GetSecretValue for each living version not yet known. Each version stands for itself: one
 * that cannot be read is a fault, and takes no other with it.
 * @throws KeyturnError when the labels cannot be read, or the secret is not there
 */
export async function loadKeySet<Key>(options: LoadOptions<Key>): Promise<LoadedKeySet<Key>> {
  const { source, secretId, now, signal } = options
  const labels = await source.labels(secretId, signal)
  const keySet = readKeySet(labels, now)
  const living = listLiving(keySet)
  const faults = keySet.malformed.map(({ versionId }) => malformedLabel(secretId, versionId))
  if (keySet.current === undefined) faults.push(noCurrent(secretId))
  const read = await Promise.all(
    living.map(async (version) => {
      try {
        return await readVersion(options, version)
      } catch (error) {
        faults.push(asKeyturnError(error, secretId))
        return []
      }
    }),
  )
  const readable = read.flat()
  const unread = keySet.current !== undefined && readable[0]?.state !== 'current'
  const versions = unread ? [...standIn(options.lastCurrent, keySet), ...readable] : readable
  const bridged = bridge(options, keySet).filter(
    ({ versionId }) => !versions.some((one) => one.versionId === versionId),
  )
  return {
    versions: [...versions, ...bridged],
    ended: listEnded(keySet, labels, bridged),
    gone: living.length === 0,
    faults,
  }
}

/** For how long a version goes on that a hand has replaced: the event that puts it into grace takes a minute at most. */
const BRIDGE_MS = 2 * MINUTE

/**
 * The version that was in force here until a hand moved AWSCURRENT, from the moment when that was seen and until its
 * grace label comes (B19): its callers are not cut off in between. No other version without a deadline is accepted.
 */
function bridge<Key>({ before, now }: LoadOptions<Key>, { unordered }: KeySet): KeyVersion<Key>[] {
  return before.flatMap(({ versionId, key, ...was }): KeyVersion<Key>[] => {
    if (!unordered.includes(versionId)) return []
    if (was.replaced) return was.deadline && was.deadline > now ? [{ versionId, key, ...was }] : []
    const deadline = new Date(now.getTime() + BRIDGE_MS)
    return was.state === 'current' && !was.standIn ? [{ versionId, key, state: 'grace', deadline, replaced: true }] : []
  })
}

type Living = Omit<KeyVersion<never>, 'key'>

function listLiving({ current, grace, pending }: KeySet): Living[] {
  return [
    ...(current === undefined ? [] : [{ versionId: current, state: 'current' as const }]),
    ...grace.map(({ versionId, deadline }) => ({ versionId, deadline, state: 'grace' as const })),
    ...(pending === undefined ? [] : [{ versionId: pending, state: 'pending' as const }]),
  ]
}

/** Old versions by their labels. SUPPLIED and labels of people's own say nothing about having been a key. */
function listEnded(
  { current, pending, grace, expired, malformed }: KeySet,
  labels: VersionLabels,
  bridged: readonly { versionId: string }[],
): EndedLabel[] {
  const living = new Set([current, pending, ...[...grace, ...bridged].map(({ versionId }) => versionId)])
  const replaced = Object.keys(labels).filter((id) => labels[id]?.includes('AWSPREVIOUS'))
  const retired = new Set([...malformed.map(({ versionId }) => versionId), ...replaced])
  for (const { versionId } of expired) retired.delete(versionId)
  return [
    ...expired.map(({ versionId, deadline }) => ({ versionId, state: 'expired' as const, since: deadline })),
    ...[...retired].filter((id) => !living.has(id)).map((versionId) => ({ versionId, state: 'retired' as const })),
  ]
}

function standIn<Key>(lastCurrent: KeyVersion<Key> | undefined, keySet: KeySet): KeyVersion<Key>[] {
  if (!lastCurrent) return []
  const { pending, grace, expired, malformed } = keySet
  const spoken = [pending, ...[...grace, ...expired, ...malformed].map(({ versionId }) => versionId)]
  if (spoken.includes(lastCurrent.versionId)) return []
  return [{ versionId: lastCurrent.versionId, state: 'current', key: lastCurrent.key, standIn: true }]
}

async function readVersion<Key>(options: LoadOptions<Key>, version: Living): Promise<KeyVersion<Key>[]> {
  const { versionId, state } = version
  const known = options.before.find((version) => version.versionId === versionId)?.key
  const key = known ?? (await fetchKey(options, versionId))
  if (key !== undefined) return [{ ...version, key }]
  // A version begins its rotation without a value; a current one ought to have one.
  if (state !== 'current') return []
  throw new KeyturnError(
    'key-value-missing',
    `The current version of ${options.secretId} has no value yet; it is read again.`,
  )
}

/** @throws KeyturnError `key-malformed` when the value is no key, otherwise what the source throws */
export async function fetchKey<Key>(
  options: Pick<LoadOptions<Key>, 'source' | 'secretId' | 'parse' | 'signal'>,
  versionId: string,
): Promise<Key | undefined> {
  const { source, secretId, parse, signal } = options
  const value = await source.value(secretId, versionId, signal)
  if (value === undefined) return undefined
  try {
    return parse(value)
  } catch (error) {
    const why = error instanceof KeyturnError ? error.message : 'It could not be read.'
    throw new KeyturnError('key-malformed', `Version ${versionId} of ${secretId} is not usable. ${why}`)
  }
}

function noCurrent(secretId: string): KeyturnError {
  return new KeyturnError(
    'key-set-empty',
    `Secret ${secretId} has no current version. Rotate it, or put a first value, and the proxy picks it up.`,
  )
}

function malformedLabel(secretId: string, versionId: string): KeyturnError {
  return new KeyturnError(
    'grace-label-malformed',
    `Version ${versionId} of ${secretId} carries a grace label that is not a time, or a time beyond the longest grace, so it is refused. Remove the label, or write it as GRACE-UNTIL-YYYYMMDDTHHMMSSZ, at most 7 days ahead.`,
  )
}

function asKeyturnError(error: unknown, secretId: string): KeyturnError {
  if (error instanceof KeyturnError) return error
  return new KeyturnError('secret-source-unavailable', `A version of ${secretId} could not be read; it is tried again.`)
}
