import { once, setMaxListeners } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import type { Clock } from '../core/clock.ts'
import { SECOND } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'

export interface DrainOptions {
  readonly clock: Clock
  readonly log: Logger
  /** The port stays open for so long after "not ready", until load balancers have noticed. */
  readonly lameDuckMs: number
  /** From the start of the drain to the end of whatever is still open then. */
  readonly boundMs: number
}

/** The way out: not ready at once, then no new connections, then the open answers finish or are cut off. */
export class Drain {
  readonly #options: DrainOptions
  readonly #open = new Set<ServerResponse>()
  readonly #cutOff = new AbortController()
  readonly #closing = new AbortController()
  #server: Server | undefined
  #running: Promise<void> | undefined

  constructor(options: DrainOptions) {
    this.#options = options
    // Every open exchange listens to it.
    setMaxListeners(0, this.#cutOff.signal)
  }

  get begun(): boolean {
    return this.#running !== undefined
  }

  /** Aborts when the bound is reached. */
  get cutOff(): AbortSignal {
    return this.#cutOff.signal
  }

  /** Aborts when the port is closed to new connections. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Counts an exchange as open until its response has closed. */
  track(response: ServerResponse, exchange: Promise<void>): Promise<void> {
    this.#open.add(response)
    response.once('close', () => {
      this.#open.delete(response)
      // A connection that was busy when the server closed has become idle, and nobody else would close it.
      if (this.#server) setImmediate(() => this.#server?.closeIdleConnections())
    })
    return exchange
  }

  cut(): void {
    this.#cutOff.abort()
  }

  run(server: Server): Promise<void> {
    this.#running ??= this.#run(server)
    return this.#running
  }

  async #run(server: Server): Promise<void> {
    const { clock, log, lameDuckMs, boundMs } = this.#options
    log.info({ open: this.#open.size, lameDuckMs, boundMs }, 'draining')
    const done = new AbortController()
    const bound = clock.sleep(boundMs, done.signal).then(
      () => this.#endOpen(server),
      () => undefined,
    )
    if (lameDuckMs > 0) await clock.sleep(Math.min(lameDuckMs, boundMs))
    const closed = once(server, 'close')
    this.#server = server
    server.close()
    this.#closing.abort()
    await closed
    done.abort()
    await bound
    log.info({}, 'drained')
  }

  async #endOpen(server: Server): Promise<void> {
    this.#options.log.warn({ open: this.#open.size }, 'the drain reached its bound; what is open is cut off')
    this.cut()
    // Long enough for terminal events to leave, short of what the platform leaves us.
    await this.#options.clock.sleep(SECOND)
    server.closeAllConnections()
  }
}
