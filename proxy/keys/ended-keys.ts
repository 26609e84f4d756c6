import type { Clock } from '../../core/clock.ts'
import type { EndedVersion } from './ended-versions.ts'

/** A client key that was valid once, by its digest. */
export interface EndedKey {
  readonly client: string
  readonly versionId: string
  readonly state: 'expired' | 'retired'
  /** Since when it is not accepted, where that is known. */
  readonly since?: Date
  readonly digest: Buffer
}

const MAX_KEYS = 10_000

/** Remembers client keys after their end, so that who still presents one can be named. Digests only, and bounded. */
export class EndedKeys {
  readonly #clock: Clock
  readonly #retainMs: number
  /** By digest, the one longest unconfirmed first. */
  readonly #keys = new Map<string, { key: EndedKey; at: number }>()

  /** @param retainMs for how long a key is remembered after the labels stop showing its version */
  constructor(clock: Clock, retainMs: number) {
    this.#clock = clock
    this.#retainMs = retainMs
  }

  note(client: string, { versionId, state, since, key: digest }: EndedVersion<Buffer>): void {
    const name = digest.toString('base64')
    const earlier = this.#keys.get(name)?.key
    const known = earlier?.versionId === versionId ? earlier.since : undefined
    const first = since !== undefined && known !== undefined && known < since ? known : (since ?? known)
    this.#keys.delete(name)
    this.#keys.set(name, {
      key: { client, versionId, state, digest, ...(first && { since: first }) },
      at: this.#clock.monotonic(),
    })
    this.#prune()
  }

  /** A key that is accepted again starts anew. */
  forget(digest: Buffer): void {
    this.#keys.delete(digest.toString('base64'))
  }

  find(name: string): EndedKey | undefined {
    this.#prune()
    return this.#keys.get(name)?.key
  }

  #prune(): void {
    for (const [name, { at }] of this.#keys) {
      if (this.#keys.size <= MAX_KEYS && this.#clock.monotonic() - at < this.#retainMs) return
      this.#keys.delete(name)
    }
  }
}
