import type { Clock } from '../../core/clock.ts'
import { graceState } from '../../core/grace.ts'
import type { SecretString } from '../../core/secret-string.ts'
import type { KeySetStore } from './key-set-store.ts'
import type { KeyVersion } from './load-key-set.ts'

export type UpstreamKey = KeyVersion<SecretString>

export interface UpstreamKeysOptions {
  readonly store: KeySetStore<SecretString>
  readonly clock: Clock
  /** For how long a key that the upstream refused is passed over while it has siblings. */
  readonly deadMs: number
  /** After a refresh that brought nothing new, for how long refused requests do not wait for another. */
  readonly fruitlessMs: number
  /** For how long a refused request waits for the set to be read again. */
  readonly waitMs: number
}

/** Chooses the upstream key of each attempt: current, then grace, then pending, those found dead last. */
export class UpstreamKeys {
  readonly #options: UpstreamKeysOptions
  readonly #deadUntil = new Map<string, number>()
  #generation = 0
  #fruitlessUntil = Number.NEGATIVE_INFINITY

  constructor(options: UpstreamKeysOptions) {
    this.#options = options
  }

  /** The best key not yet tried, or undefined. A dead key is still better than none. */
  pick(tried: ReadonlySet<string> = new Set()): UpstreamKey | undefined {
    this.#forgetOldVerdicts()
    const now = this.#options.clock.now()
    const usable = this.#options.store.versions.filter(
      ({ versionId, state, deadline }) =>
        !tried.has(versionId) && (state !== 'grace' || graceState(deadline, now) === 'active'),
    )
    return usable.find(({ versionId }) => !this.#deadUntil.has(versionId)) ?? usable[0]
  }

  /** Passes a key over from now on, until the set changes or the time is up. */
  markDead(versionId: string): void {
    this.#forgetOldVerdicts()
    this.#deadUntil.set(versionId, this.#options.clock.monotonic() + this.#options.deadMs)
  }

  /** Starts a refresh that nobody waits for. */
  refreshSoon(): void {
    void this.#options.store.refresh()
  }

  /** Waits for a refresh, unless one brought nothing new a moment ago. True when the set has changed. */
  async refreshForSibling(): Promise<boolean> {
    const { store, clock, fruitlessMs, waitMs } = this.#options
    if (clock.monotonic() < this.#fruitlessUntil) return false
    const before = store.generation
    const over = new AbortController()
    await Promise.race([store.refresh(), clock.sleep(waitMs, over.signal).catch(() => undefined)])
    over.abort()
    const changed = store.generation !== before
    if (!changed) this.#fruitlessUntil = clock.monotonic() + fruitlessMs
    return changed
  }

  #forgetOldVerdicts(): void {
    const { store, clock } = this.#options
    if (store.generation !== this.#generation) {
      this.#generation = store.generation
      this.#deadUntil.clear()
      return
    }
    for (const [versionId, until] of this.#deadUntil) {
      if (clock.monotonic() >= until) this.#deadUntil.delete(versionId)
    }
  }
}
