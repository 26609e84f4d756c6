import type { Clock } from '../../core/clock.ts'
import { KeyturnError, retryable } from '../../core/errors.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { type KeyVersion, loadKeySet } from './load-key-set.ts'
import type { SecretSource } from './secret-source.ts'

export interface KeySetStoreOptions<Key> {
  readonly secretId: string
  readonly source: SecretSource
  readonly parse: (value: SecretString) => Key
  readonly clock: Clock
  /** Least time between the starts of two loads. */
  readonly cooldownMs: number
  /** After which a load counts as failed; its answer is still taken if nothing newer came. */
  readonly timeoutMs: number
  /** For how long the last good set is served without a successful load. */
  readonly maxStaleMs: number
  readonly onChange?: () => void
}

export interface RefreshOutcome {
  /** `loaded`: a whole set; `partial`: the current key, but not every other one; `failed`: the last good set stays. */
  readonly result: 'loaded' | 'partial' | 'failed'
  readonly faults: readonly KeyturnError[]
}

/** One secret's key set: the last good one, kept while newer ones cannot be had, up to a bound. */
export class KeySetStore<Key> {
  readonly secretId: string
  readonly #options: KeySetStoreOptions<Key>
  #versions: readonly KeyVersion<Key>[] = []
  #generation = 0
  #started = 0
  #applied = 0
  #startedAt = Number.NEGATIVE_INFINITY
  #loadedAt: number | undefined
  #running: Promise<RefreshOutcome> | undefined
  #queued: Promise<RefreshOutcome> | undefined

  constructor(options: KeySetStoreOptions<Key>) {
    this.secretId = options.secretId
    this.#options = options
  }

  /** The last good set, or nothing when there is none or it is older than the bound. */
  get versions(): readonly KeyVersion<Key>[] {
    return this.fresh ? this.#versions : []
  }

  /** Counts changes of the set: which versions live, in which state, until when. */
  get generation(): number {
    return this.#generation
  }

  get loaded(): boolean {
    return this.#loadedAt !== undefined
  }

  get fresh(): boolean {
    const age = this.ageMs
    return age !== undefined && age <= this.#options.maxStaleMs
  }

  get coolingDown(): boolean {
    return this.#cooldownLeft() > 0
  }

  get reloading(): boolean {
    return this.#running !== undefined
  }

  /** Milliseconds since the last successful load began. */
  get ageMs(): number | undefined {
    return this.#loadedAt === undefined ? undefined : this.#options.clock.monotonic() - this.#loadedAt
  }

  /**
   * Loads the set again. All callers share one load, which begins after their call: a load already under way may have
   * read the labels before whatever the caller has seen, so it does not count. Never rejects.
   */
  refresh(): Promise<RefreshOutcome> {
    this.#queued ??= this.#loadNext()
    return this.#queued
  }

  async #loadNext(): Promise<RefreshOutcome> {
    await this.#running
    const cooldown = this.#cooldownLeft()
    if (cooldown > 0) await this.#options.clock.sleep(cooldown)
    this.#queued = undefined
    this.#running = this.#load()
    try {
      return await this.#running
    } finally {
      this.#running = undefined
    }
  }

  async #load(): Promise<RefreshOutcome> {
    const { source, secretId, parse, clock, timeoutMs } = this.#options
    const sequence = ++this.#started
    const startedAt = clock.monotonic()
    this.#startedAt = startedAt
    const known = new Map(this.#versions.map(({ versionId, key }) => [versionId, key]))
    const deadline = new AbortController()
    const over = new AbortController()
    const load = loadKeySet({ source, secretId, parse, known, now: clock.now(), signal: deadline.signal })
    const applied = load.then(({ versions, faults }): RefreshOutcome => {
      this.#apply(sequence, startedAt, versions)
      return { result: faults.length > 0 ? 'partial' : 'loaded', faults }
    })
    const timeout = clock.sleep(timeoutMs, over.signal).then((): RefreshOutcome => {
      deadline.abort()
      throw retryable('secret-source-unavailable', `Reading ${secretId} took over ${timeoutMs} ms; it is tried again.`)
    })
    try {
      return await Promise.race([applied, timeout])
    } catch (error) {
      return { result: 'failed', faults: [asFault(error, secretId)] }
    } finally {
      over.abort()
      for (const late of [applied, timeout]) late.catch(() => undefined)
    }
  }

  #apply(sequence: number, startedAt: number, versions: readonly KeyVersion<Key>[]): void {
    if (sequence < this.#applied) return
    this.#applied = sequence
    this.#loadedAt = startedAt
    const changed = fingerprint(versions) !== fingerprint(this.#versions)
    this.#versions = versions
    if (!changed) return
    this.#generation += 1
    this.#options.onChange?.()
  }

  #cooldownLeft(): number {
    return this.#startedAt + this.#options.cooldownMs - this.#options.clock.monotonic()
  }
}

function fingerprint(versions: readonly KeyVersion<unknown>[]): string {
  return versions.map(({ versionId, state, deadline }) => `${versionId} ${state} ${deadline?.getTime()}`).join('\n')
}

function asFault(error: unknown, secretId: string): KeyturnError {
  if (error instanceof KeyturnError) return error
  return retryable('secret-source-unavailable', `Reading ${secretId} failed; it is tried again.`, error)
}
