import { type Clock, MINUTE } from '../../../core/clock.ts'
import type { Logger } from '../../../core/log.ts'
import { shortVersion } from '../../metrics.ts'

/** Someone presents a key that is over. */
export interface RefusedKey {
  readonly client: string
  readonly versionId: string
  readonly state: 'expired' | 'retired'
  readonly address: string
}

export interface RefusedKeysOptions {
  readonly log: Logger
  readonly clock: Clock
}

/** Callers told apart in one minute; the rest of a version's callers share one line. */
const MAX_CALLERS = 500

interface Caller {
  readonly fields: object
  requests: number
}

/**
 * Writes down who still presents a key that is over: each client, version and address at once, then a count each
 * minute for as long as it goes on, so that nobody can flood the log.
 */
export class RefusedKeys {
  readonly #options: RefusedKeysOptions
  readonly #callers = new Map<string, Caller>()
  #minute: AbortController | undefined

  constructor(options: RefusedKeysOptions) {
    this.#options = options
  }

  note({ client, versionId, state, address }: RefusedKey): void {
    const who = [client, versionId, state].join(' ')
    const own = `${who} ${address}`
    const crowded = this.#callers.size >= MAX_CALLERS && !this.#callers.has(own)
    const name = crowded ? who : own
    const caller = this.#callers.get(name)
    if (caller) {
      caller.requests += 1
      return
    }
    const version = shortVersion(versionId)
    const fields = { client, version, state, address: crowded ? 'several' : address }
    this.#callers.set(name, { fields, requests: 0 })
    this.#write(fields, 1)
    if (!this.#minute) void this.#count()
  }

  /** Writes what has been counted so far. */
  stop(): void {
    this.#minute?.abort()
    this.#flush()
    this.#callers.clear()
  }

  async #count(): Promise<void> {
    const minute = new AbortController()
    this.#minute = minute
    while (this.#callers.size > 0 && !minute.signal.aborted) {
      await this.#options.clock.sleep(MINUTE, minute.signal).catch(() => undefined)
      if (!minute.signal.aborted) this.#flush()
    }
    if (this.#minute === minute) this.#minute = undefined
  }

  #flush(): void {
    for (const [name, caller] of this.#callers) {
      if (caller.requests === 0) this.#callers.delete(name)
      else this.#write(caller.fields, caller.requests)
      caller.requests = 0
    }
  }

  #write(fields: object, requests: number): void {
    this.#options.log.warn({ code: 'client-key-refused', ...fields, requests }, 'a key that is over was presented')
  }
}
