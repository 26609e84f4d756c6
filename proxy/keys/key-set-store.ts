import { type Clock, MINUTE, SECOND } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { graceState } from '../../core/grace.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { type EndedVersion, EndedVersions } from './ended-versions.ts'
import { meaningOf } from './fault-meaning.ts'
import { type KeyVersion, type LoadedKeySet, loadKeySet } from './load-key-set.ts'
import type { SecretSource } from './secret-source.ts'
import { withDeadline } from './with-deadline.ts'

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
  /** After which a fault that may pass by itself, a missing permission for one, is taken for how things stand. */
  readonly doubtMs?: number
  /** After which a set that has never come counts as `failed` instead of `loading`. */
  readonly patienceMs?: number
}

export interface RefreshOutcome {
  /**
   * `loaded`: a whole set; `partial`: some living version is missing; `gone`: the secret has no living version;
   * `failed`: nothing could be read, the last good set stays.
   */
  readonly result: 'loaded' | 'partial' | 'gone' | 'failed'
  readonly faults: readonly KeyturnError[]
}

/** What a store tells those who watch it. */
export interface KeySetListener<Key> {
  /** Which versions live, in which state, until when, is not what it was. */
  changed?(): void
  /** A load is over, well or not. */
  loaded?(): void
  /** Versions that are not accepted any more; again at each load that still shows them. */
  ended?(versions: readonly EndedVersion<Key>[]): void
}

/**
 * `loading`: not read yet; `fresh`: all of it; `partial`: some version cannot be read; `failed`: no usable version
 * could be read; `gone`: deleted, or no version alive; `stale`: read too long ago to be served.
 */
export type KeySetState = 'loading' | 'fresh' | 'partial' | 'failed' | 'gone' | 'stale'

let turns = 0

/** Numbers moments in their order, so that a load can be known to have begun after a request came. */
export const nextTurn = (): number => ++turns

/** Failed loads after which a set that never came is not waited for any longer, as after `patienceMs`. */
const PATIENCE = 3

/** One secret's key set: the last good one, kept while newer ones cannot be had, up to a bound. */
export class KeySetStore<Key> {
  readonly secretId: string
  readonly #options: KeySetStoreOptions<Key>
  readonly #listeners: KeySetListener<Key>[] = []
  readonly #ended: EndedVersions<Key>
  #versions: readonly KeyVersion<Key>[] = []
  #gone = false
  #whole = false
  #faults: readonly KeyturnError[] = []
  #generation = 0
  #applied = 0
  #startedAt = Number.NEGATIVE_INFINITY
  #loadedAt: number | undefined
  #currentAt = Number.NEGATIVE_INFINITY
  #doubtSince: number | undefined
  #firstAt: number | undefined
  #failures = 0
  #notFound = false
  #running: Promise<RefreshOutcome> | undefined
  #queued: Promise<RefreshOutcome> | undefined
  #finished = 0
  #conclusive = 0

  constructor(options: KeySetStoreOptions<Key>) {
    this.secretId = options.secretId
    this.#options = options
    this.#ended = new EndedVersions(options, (versions) => this.#tell((listener) => listener.ended?.(versions)))
  }

  subscribe(listener: KeySetListener<Key>): void {
    this.#listeners.push(listener)
  }

  /** The last good set, without what is older than the bound. */
  get versions(): readonly KeyVersion<Key>[] {
    return this.#versions.filter((version) => this.serves(version))
  }

  /** The last good set, however old. */
  get held(): readonly KeyVersion<Key>[] {
    return this.#versions
  }

  /** Whether a version of the last good set is recent enough to be relied on. */
  serves({ standIn }: Pick<KeyVersion<Key>, 'standIn'>): boolean {
    return this.fresh && (!standIn || this.#withinBound(this.#currentAt))
  }

  /** Counts changes of the set: which versions live, in which state, until when. */
  get generation(): number {
    return this.#generation
  }

  get loaded(): boolean {
    return this.#loadedAt !== undefined
  }

  get fresh(): boolean {
    return this.#loadedAt !== undefined && this.#withinBound(this.#loadedAt)
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

  /** Whether there is a key to accept or to send at this moment. */
  get usable(): boolean {
    const now = this.#options.clock.now()
    return this.versions.some(({ state, deadline }) => state !== 'grace' || graceState(deadline, now) === 'active')
  }

  get state(): KeySetState {
    if (!this.loaded) return this.#tried ? 'failed' : 'loading'
    if (!this.fresh) return 'stale'
    if (this.#gone) return 'gone'
    if (this.versions.length === 0) return 'failed'
    return this.#whole ? 'fresh' : 'partial'
  }

  /** What the last load met. */
  get faults(): readonly KeyturnError[] {
    return this.#faults
  }

  /** Whether the last load met a fault that says nothing about the secret, such as a throttled call. */
  get outage(): boolean {
    return this.#faults.some((fault) => meaningOf(fault) === 'outage')
  }

  /** Turns of the latest load that is over, and of the latest that said all there is to know about the secret's keys. */
  get progress(): { readonly finished: number; readonly conclusive: number } {
    return { finished: this.#finished, conclusive: this.#conclusive }
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
    const turn = nextTurn()
    const startedAt = clock.monotonic()
    this.#startedAt = startedAt
    this.#firstAt ??= startedAt
    const before = this.#versions
    const lastCurrent = this.versions.find(({ state }) => state === 'current')
    const late = () =>
      new KeyturnError('secret-source-unavailable', `Reading ${secretId} took over ${timeoutMs} ms; it is tried again.`)
    const outcome = await withDeadline(clock, timeoutMs, late, async (signal) => {
      const loaded = await loadKeySet({ source, secretId, parse, before, lastCurrent, now: clock.now(), signal })
      return this.#apply(turn, startedAt, loaded)
    }).catch((error: unknown) => this.#fail(turn, startedAt, asFault(error, secretId)))
    this.#finished = turn
    this.#tell((listener) => listener.loaded?.())
    return outcome
  }

  #apply(turn: number, startedAt: number, { versions, ended, gone, faults }: LoadedKeySet<Key>): RefreshOutcome {
    const result = resultOf(versions, gone, faults)
    if (turn < this.#applied) return { result, faults }
    this.#applied = turn
    this.#loadedAt = startedAt
    if (versions[0]?.state !== 'current' || !versions[0].standIn) this.#currentAt = startedAt
    this.#gone = gone
    this.#whole = faults.length === 0
    this.#faults = faults
    this.#notFound = false
    if (this.#concludes(faults, startedAt)) this.#conclusive = turn
    const before = this.#versions
    this.#versions = versions
    if (fingerprint(versions) !== fingerprint(before)) {
      this.#generation += 1
      this.#tell((listener) => listener.changed?.())
    }
    if (this.#listeners.some((listener) => listener.ended)) this.#ended.update(before, versions, ended)
    return { result, faults }
  }

  /** A secret that cannot be found may be too new to be found everywhere: twice in a row is an answer. */
  #fail(turn: number, startedAt: number, fault: KeyturnError): RefreshOutcome {
    const missing = fault.code === 'secret-not-found'
    if (fault.code === 'secret-deleted' || (missing && (this.#notFound || this.#gone))) {
      this.#apply(turn, startedAt, { versions: [], ended: [], gone: true, faults: [fault] })
      this.#notFound = missing
      this.#conclusive = turn
      return { result: 'gone', faults: [fault] }
    }
    this.#notFound ||= missing
    this.#failures += 1
    this.#faults = [fault]
    if (this.#concludes([fault], startedAt)) this.#conclusive = turn
    return { result: 'failed', faults: [fault] }
  }

  /** Whether a load with these faults says all there is to know. Doubts do when they have stood for long enough. */
  #concludes(faults: readonly KeyturnError[], now: number): boolean {
    const meanings = faults.map(meaningOf)
    if (meanings.includes('doubt')) this.#doubtSince ??= now
    else if (!meanings.includes('outage')) this.#doubtSince = undefined
    if (meanings.includes('outage')) return false
    return this.#doubtSince === undefined || now - this.#doubtSince >= (this.#options.doubtMs ?? 5 * MINUTE)
  }

  #tell(what: (listener: KeySetListener<Key>) => void): void {
    for (const listener of this.#listeners) what(listener)
  }

  get #tried(): boolean {
    const { clock, patienceMs = 10 * SECOND } = this.#options
    const waited = clock.monotonic() - (this.#firstAt ?? clock.monotonic())
    return this.#failures >= PATIENCE || waited >= patienceMs
  }

  #withinBound(at: number): boolean {
    return this.#options.clock.monotonic() - at <= this.#options.maxStaleMs
  }

  #cooldownLeft(): number {
    return this.#startedAt + this.#options.cooldownMs - this.#options.clock.monotonic()
  }
}

function resultOf(
  versions: readonly KeyVersion<unknown>[],
  gone: boolean,
  faults: readonly KeyturnError[],
): RefreshOutcome['result'] {
  if (gone) return 'gone'
  if (faults.length === 0) return 'loaded'
  return versions.some(({ standIn }) => !standIn) ? 'partial' : 'failed'
}

function fingerprint(versions: readonly KeyVersion<unknown>[]): string {
  return versions.map(({ versionId, state, deadline }) => `${versionId} ${state} ${deadline?.getTime()}`).join('\n')
}

function asFault(error: unknown, secretId: string): KeyturnError {
  if (error instanceof KeyturnError) return error
  return new KeyturnError('secret-source-unavailable', `Reading ${secretId} failed; it is tried again.`, error)
}
