import { KeyturnError, needsHuman, retryable } from '../../core/errors.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { type KeySet, readKeySet } from '../../core/versions.ts'
import type { SecretSource } from './secret-source.ts'

/** A version whose key the proxy holds. A grace version stops counting at its deadline without being loaded again. */
export interface KeyVersion<Key> {
  readonly versionId: string
  readonly state: 'current' | 'pending' | 'grace'
  readonly deadline?: Date
  readonly key: Key
}

export interface LoadedKeySet<Key> {
  /** Current first, then grace, the longest-lived first, then pending. Never empty. */
  readonly versions: readonly KeyVersion<Key>[]
  /** Why some version other than the current one is missing. */
  readonly faults: readonly KeyturnError[]
}

export interface LoadOptions<Key> {
  readonly source: SecretSource
  readonly secretId: string
  /** Turns a value into what is kept of it; throws a KeyturnError when the value is malformed. */
  readonly parse: (value: SecretString) => Key
  /** Keys already held: a version's value never changes. */
  readonly known: ReadonlyMap<string, Key>
  readonly now: Date
  readonly signal: AbortSignal
}

/**
 * One DescribeSecret, and one GetSecretValue for each living version not yet known.
 * @throws KeyturnError when there is no current version or its value is missing or malformed, so that a good set is
 * never replaced by less than a set
 */
export async function loadKeySet<Key>(options: LoadOptions<Key>): Promise<LoadedKeySet<Key>> {
  const { source, secretId, known, now, signal } = options
  const keySet = readKeySet(await source.labels(secretId, signal), now)
  const current = keySet.current
  if (current === undefined) {
    throw needsHuman(
      'key-set-empty',
      `Secret ${secretId} has no current version. Rotate it, or put a first value, and the proxy picks it up.`,
    )
  }
  const faults = keySet.malformed.map(({ versionId }) => malformedLabel(secretId, versionId))
  const currentKey = known.get(current) ?? (await fetchKey(options, current))
  if (currentKey === undefined) {
    throw retryable('key-value-missing', `The current version of ${secretId} has no value yet; it is read again.`)
  }

  const others = await Promise.all(
    listOthers(keySet).map(async (version) => {
      try {
        const key = known.get(version.versionId) ?? (await fetchKey(options, version.versionId))
        return key === undefined ? [] : [{ ...version, key }]
      } catch (error) {
        faults.push(asKeyturnError(error, secretId))
        return []
      }
    }),
  )
  const expired = keySet.expired.flatMap(({ versionId, deadline }) => {
    const key = known.get(versionId)
    return key === undefined ? [] : [{ versionId, state: 'grace' as const, deadline, key }]
  })
  return { versions: [{ versionId: current, state: 'current', key: currentKey }, ...others.flat(), ...expired], faults }
}

function listOthers({ grace, pending }: KeySet): Omit<KeyVersion<never>, 'key'>[] {
  return [
    ...grace.map(({ versionId, deadline }) => ({ versionId, deadline, state: 'grace' as const })),
    ...(pending === undefined ? [] : [{ versionId: pending, state: 'pending' as const }]),
  ]
}

async function fetchKey<Key>(options: LoadOptions<Key>, versionId: string): Promise<Key | undefined> {
  const value = await options.source.value(options.secretId, versionId, options.signal)
  if (value === undefined) return undefined
  try {
    return options.parse(value)
  } catch (error) {
    const why = error instanceof KeyturnError ? error.message : 'It could not be read.'
    throw needsHuman('key-malformed', `Version ${versionId} of ${options.secretId} is not usable. ${why}`)
  }
}

function malformedLabel(secretId: string, versionId: string): KeyturnError {
  return needsHuman(
    'grace-label-malformed',
    `Version ${versionId} of ${secretId} carries a grace label that is not a time, so it is refused. Remove the label, or write it as GRACE-UNTIL-YYYYMMDDTHHMMSSZ.`,
  )
}

function asKeyturnError(error: unknown, secretId: string): KeyturnError {
  if (error instanceof KeyturnError) return error
  return retryable('secret-source-unavailable', `A version of ${secretId} could not be read; it is tried again.`)
}
