import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Clock, DAY } from '../../core/clock.ts'
import { graceState } from '../../core/grace.ts'
import type { Random } from '../../core/random.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { type EndedKey, EndedKeys } from './ended-keys.ts'
import type { KeySetStore } from './key-set-store.ts'
import { readKeyValue } from './key-value.ts'
import type { KeyVersion } from './load-key-set.ts'

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
  /**
   * `expired`: its grace ended; `retired`: its version is over otherwise; `stale`: its key set is too old to be
   * trusted. None of these is accepted.
   */
  readonly state: 'current' | 'pending' | 'grace' | 'expired' | 'retired' | 'stale'
  /** Since when an expired or retired key is not accepted, where that is known. */
  readonly since?: Date
}

interface Entry {
  readonly client: string
  readonly version: KeyVersion<Buffer>
  readonly digest: Buffer
  readonly store: KeySetStore<Buffer>
}

/** Finds the caller that a key belongs to, over every client's versions, those that are over last. */
export class ClientKeys {
  readonly #stores = new Map<string, KeySetStore<Buffer>>()
  readonly #digest: Digest
  readonly #clock: Clock
  readonly #ended: EndedKeys
  readonly #watchers: (() => void)[] = []
  /** By digest: every version that holds the key. */
  #index: ReadonlyMap<string, readonly Entry[]> = new Map()
  #generation = 0

  /** @param retainMs for how long a key is remembered after its end */
  constructor(digest: Digest, clock: Clock, retainMs = 7 * DAY) {
    this.#digest = digest
    this.#clock = clock
    this.#ended = new EndedKeys(clock, retainMs)
  }

  add(client: string, store: KeySetStore<Buffer>): void {
    this.#stores.set(client, store)
    store.subscribe({
      changed: () => {
        this.#reindex()
        this.#announce()
      },
      loaded: () => this.#announce(),
      ended: (versions) => {
        for (const version of versions) this.#ended.note(client, version)
      },
    })
  }

  /** Calls back after each load and each change of any client's set. */
  watch(watcher: () => void): void {
    this.#watchers.push(watcher)
  }

  /** Counts changes of any client's set. */
  get generation(): number {
    return this.#generation
  }

  /** What a key is looked up by. */
  digest(credential: string): Buffer {
    return this.#digest(credential)
  }

  find(credential: string): ClientKeyMatch | undefined {
    return this.findDigest(this.#digest(credential))
  }

  /** Looks a key up by its digest. The deadline of a grace key is held against the clock here and now. */
  findDigest(digest: Buffer): ClientKeyMatch | undefined {
    const name = digest.toString('base64')
    const entries = this.#index.get(name) ?? []
    const ended = this.#ended.find(name)
    const found = entries[0]?.digest ?? ended?.digest
    if (!timingSafeEqual(digest, found ?? Buffer.alloc(digest.length)) || !found) return undefined
    const best = bestOf(entries.map((entry) => this.#matchOf(entry)))
    if (best) return best
    const { digest: _digest, ...match } = ended as EndedKey
    return match
  }

  /** Starts a load of every client's set, unless one is about to begin: an unknown key may be anyone's new one. */
  refresh(): void {
    for (const store of this.#stores.values()) void store.refresh()
  }

  /** The turn since which every set has been loaded, well or not; and since which every load was conclusive. */
  get progress(): { readonly finished: number; readonly conclusive: number } {
    let [finished, conclusive] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (const { progress } of this.#stores.values()) {
      finished = Math.min(finished, progress.finished)
      conclusive = Math.min(conclusive, progress.conclusive)
    }
    return { finished, conclusive }
  }

  /** Whether some set's last load met a fault that may be over at the next. */
  get outage(): boolean {
    return [...this.#stores.values()].some(({ outage }) => outage)
  }

  #announce(): void {
    for (const watch of this.#watchers) watch()
  }

  #reindex(): void {
    const index = new Map<string, Entry[]>()
    for (const [client, store] of this.#stores) {
      for (const version of store.held) {
        const digest = version.key
        const name = digest.toString('base64')
        this.#ended.forget(digest)
        index.set(name, [...(index.get(name) ?? []), { client, store, version, digest }])
      }
    }
    this.#index = index
    this.#generation += 1
  }

  #matchOf({ client, store, version }: Entry): ClientKeyMatch {
    const { versionId, state, deadline } = version
    const match = { client, versionId }
    if (!store.serves(version)) return { ...match, state: 'stale' }
    if (state === 'grace' && graceState(deadline, this.#clock.now()) !== 'active') {
      return { ...match, state: 'expired', ...(deadline && { since: deadline }) }
    }
    return { ...match, state }
  }
}

/** The best claim to a key first: whatever is accepted goes before what is not. */
const CLAIMS: readonly ClientKeyMatch['state'][] = ['current', 'grace', 'pending', 'stale', 'expired']

/**
 * People may put one value into several versions, of one client or of several. The key is then what the best of them
 * makes of it at this moment.
 */
function bestOf(matches: readonly ClientKeyMatch[]): ClientKeyMatch | undefined {
  return matches.reduce<ClientKeyMatch | undefined>(
    (best, next) => (best && CLAIMS.indexOf(best.state) <= CLAIMS.indexOf(next.state) ? best : next),
    undefined,
  )
}
