import type { Clock } from '../../core/clock.ts'
import type { ClientKeyMatch, ClientKeys, Digest } from './client-keys.ts'

export interface UnknownKeysOptions {
  readonly keys: ClientKeys
  readonly digest: Digest
  readonly clock: Clock
  /** For how long a key that a refresh did not bring is refused without another refresh. */
  readonly missMs: number
  /** Longest wait of one request. */
  readonly waitMs: number
}

const MAX_MISSES = 10_000

/** Gives a key that nobody knows one more chance: it may have been issued since the key sets were read. */
export class UnknownKeys {
  readonly #options: UnknownKeysOptions
  readonly #misses = new Map<string, number>()

  constructor(options: UnknownKeysOptions) {
    this.#options = options
  }

  /** Reads the key sets again, sharing the load with everyone who waits, and looks the key up once more. */
  async lookAgain(credential: string): Promise<ClientKeyMatch | undefined> {
    const { keys, digest, clock, missMs, waitMs } = this.#options
    const name = digest(credential).toString('base64')
    const until = this.#misses.get(name)
    if (until !== undefined && clock.monotonic() < until) return undefined
    const over = new AbortController()
    await Promise.race([keys.refresh(), clock.sleep(waitMs, over.signal).catch(() => undefined)])
    over.abort()
    const match = keys.find(credential)
    if (!match) this.#remember(name, clock.monotonic() + missMs)
    return match
  }

  #remember(name: string, until: number): void {
    this.#misses.delete(name)
    this.#misses.set(name, until)
    const oldest = this.#misses.keys().next().value
    if (this.#misses.size > MAX_MISSES && oldest !== undefined) this.#misses.delete(oldest)
  }
}
