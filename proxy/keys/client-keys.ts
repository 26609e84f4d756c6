import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { graceState } from '../../core/grace.ts'
import type { Random } from '../../core/random.ts'
import type { SecretString } from '../../core/secret-string.ts'
import type { KeySetStore } from './key-set-store.ts'
import { readKeyValue } from './key-value.ts'

export type Digest = (text: string) => Buffer

/** HMAC-SHA-256 under a key that lives and dies with this process, so that digests are worth nothing elsewhere. */
export function createDigest(random: Random): Digest {
  const key = random.bytes(32)
  return (text) => createHmac('sha256', key).update(text).digest()
}

/** What is kept of a client key's value: its digest. */
export const parseClientKey =
  (digest: Digest) =>
  (value: SecretString): Buffer =>
    digest(readKeyValue(value).reveal())

export interface ClientKeyMatch {
  readonly client: string
  readonly versionId: string
  /** `expired`: its grace ended; `stale`: its key set is too old to be trusted. Neither is accepted. */
  readonly state: 'current' | 'pending' | 'grace' | 'expired' | 'stale'
  readonly deadline?: Date
}

interface Entry {
  readonly client: string
  readonly versionId: string
  readonly state: 'current' | 'pending' | 'grace'
  readonly deadline?: Date
  readonly digest: Buffer
  readonly store: KeySetStore<Buffer>
}

/** Finds the caller that a key belongs to, over every client's living versions. */
export class ClientKeys {
  readonly #stores = new Map<string, KeySetStore<Buffer>>()
  readonly #digest: Digest
  readonly #clock: Clock
  #index: ReadonlyMap<string, Entry> = new Map()

  constructor(digest: Digest, clock: Clock) {
    this.#digest = digest
    this.#clock = clock
  }

  add(client: string, store: KeySetStore<Buffer>): void {
    this.#stores.set(client, store)
  }

  /** Called when a store's set has changed. */
  reindex(): void {
    const index = new Map<string, Entry>()
    for (const [client, store] of this.#stores) {
      // From the weakest claim to the strongest, so that of two versions with one value the current one is found.
      for (const { key: digest, ...version } of store.versions.toReversed()) {
        index.set(digest.toString('base64'), { client, store, digest, ...version })
      }
    }
    this.#index = index
  }

  /** Looks a presented key up by digest. The deadline of a grace key is held against the clock here and now. */
  find(credential: string): ClientKeyMatch | undefined {
    const digest = this.#digest(credential)
    const entry = this.#index.get(digest.toString('base64'))
    if (!timingSafeEqual(digest, entry?.digest ?? Buffer.alloc(digest.length)) || !entry) return undefined
    return {
      client: entry.client,
      versionId: entry.versionId,
      state: this.#stateOf(entry),
      ...(entry.deadline && { deadline: entry.deadline }),
    }
  }

  /** Whether every client's set is at hand; without one of them an unknown key may well be a good one. */
  get complete(): boolean {
    return [...this.#stores.values()].every((store) => store.fresh)
  }

  /** Loads every client's set again: an unknown key may be anyone's new one. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#stores.values()].map((store) => store.refresh()))
  }

  #stateOf({ store, state, deadline }: Entry): ClientKeyMatch['state'] {
    if (!store.fresh) return 'stale'
    if (state === 'grace' && graceState(deadline, this.#clock.now()) !== 'active') return 'expired'
    return state
  }
}
