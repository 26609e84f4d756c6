import type { Clock } from '../../core/clock.ts'
import type { ClientKeyMatch, ClientKeys } from './client-keys.ts'
import { nextTurn } from './key-set-store.ts'

export interface UnknownKeysOptions {
  readonly keys: ClientKeys
  readonly clock: Clock
  /** For how long a key that a refresh did not bring is refused without another refresh. */
  readonly missMs: number
  /** Longest wait of one request. */
  readonly waitMs: number
}

/**
 * What a second look found: a living key; `unknown`, every set was read since and none holds it; `undecided`, some set
 * could not be read, and the key may be in it.
 */
export type SecondLook = ClientKeyMatch | 'unknown' | 'undecided'

interface Waiter {
  readonly digest: Buffer
  turn: number
  /** Whether it waits for a second read, as the first one met an outage. */
  again: boolean
  readonly resolve: (look: SecondLook) => void
}

const MAX_MISSES = 10_000

/**
 * Gives a key that is not accepted one more chance: it may have been issued since the key sets were read. Requests
 * share the reads, each waits for one that began after it came, and none for the sets of others once its key is there.
 * In an outage it waits for one read more: a fault of a moment (a call throttled to the end, credentials that ran out on
 * the way) must not turn a new key away.
 */
export class UnknownKeys {
  readonly #options: UnknownKeysOptions
  readonly #misses = new Map<string, number>()
  /** In the order of their turns. */
  readonly #waiting = new Set<Waiter>()
  #generation = 0

  constructor(options: UnknownKeysOptions) {
    this.#options = options
    options.keys.watch(() => this.#settle())
  }

  /** Has the key sets read again and looks the key up once more. */
  async lookAgain(credential: string): Promise<SecondLook> {
    const { keys, clock, missMs, waitMs } = this.#options
    const digest = keys.digest(credential)
    const name = digest.toString('base64')
    const until = this.#misses.get(name)
    if (until !== undefined && clock.monotonic() < until) return 'unknown'
    const { promise, resolve } = Promise.withResolvers<SecondLook>()
    const waiter: Waiter = { digest, turn: nextTurn(), again: false, resolve }
    this.#waiting.add(waiter)
    keys.refresh()
    const over = new AbortController()
    clock.sleep(waitMs, over.signal).then(
      () => resolve('undecided'),
      () => undefined,
    )
    const look = await promise
    over.abort()
    this.#waiting.delete(waiter)
    if (look === 'unknown') this.#remember(name, clock.monotonic() + missMs)
    return look
  }

  /** After each load and change: answers whoever's key has come, and whoever has waited for every set. */
  #settle(): void {
    const { keys } = this.#options
    const { finished, conclusive } = keys.progress
    const changed = keys.generation !== this.#generation
    this.#generation = keys.generation
    for (const waiter of this.#waiting) {
      if (!changed && waiter.turn > finished) return
      const match = changed ? keys.findDigest(waiter.digest) : undefined
      if (match && isAlive(match)) waiter.resolve(match)
      else if (conclusive > waiter.turn) waiter.resolve('unknown')
      else if (finished > waiter.turn && keys.outage && !waiter.again) this.#waitAgain(waiter)
      else if (finished > waiter.turn) waiter.resolve('undecided')
    }
  }

  #waitAgain(waiter: Waiter): void {
    this.#waiting.delete(waiter)
    this.#waiting.add(Object.assign(waiter, { turn: nextTurn(), again: true }))
    this.#options.keys.refresh()
  }

  #remember(name: string, until: number): void {
    this.#misses.delete(name)
    this.#misses.set(name, until)
    const oldest = this.#misses.keys().next().value
    if (this.#misses.size > MAX_MISSES && oldest !== undefined) this.#misses.delete(oldest)
  }
}

const isAlive = ({ state }: ClientKeyMatch): boolean => state === 'current' || state === 'pending' || state === 'grace'
