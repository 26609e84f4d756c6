import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import { randomText } from './random-text.ts'

export interface UpstreamKey {
  readonly provider: string
  /** What the provider's API calls the credential: a service account's id, or a key's hash. */
  readonly id: string
  readonly name: string
  /** The project or workspace that it belongs to, where the provider has such. */
  readonly scope: string
  /** SHA-256 of the value in hex: the registry never keeps a key in clear. */
  readonly digest: string
  readonly createdAt: Date
  readonly revokedAt?: Date
  /** Successful calls that it authenticated. */
  readonly uses: number
  readonly lastUsedAt?: Date
}

export interface Propagation {
  /** Milliseconds until a new key is accepted. */
  readonly activateMs: number
  /** Milliseconds for which a revoked key still is. */
  readonly revokeMs: number
}

export interface MintRequest {
  readonly provider: string
  readonly name: string
  readonly scope: string
  readonly id: string
  readonly value: string
}

interface Entry {
  key: UpstreamKey
  /** Monotonic moments: propagation is an interval, which a moved wall clock does not shorten. */
  worksFrom: number
  stopsAt: number
}

/** The keys of every provider behind the simulated upstream, in memory, by digest. */
export interface KeyRegistry {
  mint(request: MintRequest): UpstreamKey
  /** Live keys of a provider and scope, oldest first. A revoked key is gone from here at once. */
  live(provider: string, scope?: string): readonly UpstreamKey[]
  /** Every key ever made, for assertions. */
  all(): readonly UpstreamKey[]
  /** The revoked key, or undefined when there is no such live key. */
  revoke(provider: string, id: string): UpstreamKey | undefined
  /** The key that a value authenticates as right now, propagation included. */
  authenticate(provider: string, value: string): UpstreamKey | undefined
  recordUse(key: UpstreamKey): void
  addAdmin(provider: string, value: string): void
  removeAdmin(provider: string, value: string): void
  isAdmin(provider: string, value: string): boolean
  toJSON(): RegistrySnapshot
}

/** What survives a restart. Holds digests only. */
export interface RegistrySnapshot {
  readonly keys: readonly UpstreamKeyJson[]
  readonly admins: readonly { readonly provider: string; readonly digest: string }[]
}

export type UpstreamKeyJson = Omit<UpstreamKey, 'createdAt' | 'revokedAt' | 'lastUsedAt'> & {
  readonly createdAt: string
  readonly revokedAt?: string
  readonly lastUsedAt?: string
}

export interface RegistryOptions {
  readonly clock: Clock
  readonly propagation: Propagation
  /** Called after each change that a snapshot would show, uses excepted. */
  readonly onChange?: () => void
  readonly snapshot?: RegistrySnapshot | undefined
}

export function createKeyRegistry({ clock, propagation, onChange, snapshot }: RegistryOptions): KeyRegistry {
  const entries: Entry[] = (snapshot?.keys ?? []).map(restore)
  const admins = new Set((snapshot?.admins ?? []).map(({ provider, digest }) => `${provider} ${digest}`))
  const changed = (): void => onChange?.()

  return {
    mint({ value, ...request }) {
      const key: UpstreamKey = { ...request, digest: sha256(value), createdAt: clock.now(), uses: 0 }
      entries.push({ key, worksFrom: clock.monotonic() + propagation.activateMs, stopsAt: Number.POSITIVE_INFINITY })
      changed()
      return key
    },
    live: (provider, scope) =>
      entries
        .map(({ key }) => key)
        .filter((key) => isLive(key) && key.provider === provider && (scope === undefined || key.scope === scope)),
    all: () => entries.map(({ key }) => key),
    revoke(provider, id) {
      const entry = entries.find(({ key }) => isLive(key) && key.provider === provider && key.id === id)
      if (!entry) return undefined
      entry.key = { ...entry.key, revokedAt: clock.now() }
      entry.stopsAt = clock.monotonic() + propagation.revokeMs
      changed()
      return entry.key
    },
    authenticate(provider, value) {
      const now = clock.monotonic()
      const digest = sha256(value)
      return entries.find(
        ({ key, worksFrom, stopsAt }) =>
          key.provider === provider && equalDigests(key.digest, digest) && worksFrom <= now && now < stopsAt,
      )?.key
    },
    recordUse(used) {
      const entry = entries.find(({ key }) => key.digest === used.digest)
      if (entry) entry.key = { ...entry.key, uses: entry.key.uses + 1, lastUsedAt: clock.now() }
    },
    addAdmin(provider, value) {
      admins.add(`${provider} ${sha256(value)}`)
      changed()
    },
    removeAdmin(provider, value) {
      admins.delete(`${provider} ${sha256(value)}`)
      changed()
    },
    isAdmin: (provider, value) => admins.has(`${provider} ${sha256(value)}`),
    toJSON: () => ({
      keys: entries.map(({ key }) => JSON.parse(JSON.stringify(key)) as UpstreamKeyJson),
      admins: [...admins].map((admin) => {
        const [provider = '', digest = ''] = admin.split(' ')
        return { provider, digest }
      }),
    }),
  }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A new key's text in the form that the provider uses: `sk-svcacct-…`. */
export const newKeyValue = (random: Random, prefix: string): string => `${prefix}${randomText(random, 48)}`

const isLive = (key: UpstreamKey): boolean => key.revokedAt === undefined

const equalDigests = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'))

/** Propagation does not outlive a restart: a stored key works at once, a revoked one no more. */
function restore(json: UpstreamKeyJson): Entry {
  const { createdAt, revokedAt, lastUsedAt, ...rest } = json
  const key: UpstreamKey = {
    ...rest,
    createdAt: new Date(createdAt),
    ...(revokedAt !== undefined && { revokedAt: new Date(revokedAt) }),
    ...(lastUsedAt !== undefined && { lastUsedAt: new Date(lastUsedAt) }),
  }
  return {
    key,
    worksFrom: Number.NEGATIVE_INFINITY,
    stopsAt: revokedAt === undefined ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
  }
}
