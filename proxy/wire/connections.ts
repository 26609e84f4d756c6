import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Clock, SECOND } from '../../core/clock.ts'
import type { Limits } from '../config/limits.ts'
import type { Exchange } from '../data-plane/exchange.ts'
import type { ProxyMetrics } from '../metrics.ts'

/** For how long a connection that is ending is still read, so that no reset overtakes its answer. */
const LINGER_MS = 2 * SECOND
/** Of these, for how long the rest of a request's body may come before our side is closed. */
const REST_MS = SECOND
/** What is read, and thrown away, of a connection that is ending. */
const LINGER_BYTES = 4 * 1024 * 1024
/** Strangers' places at least, beyond `connections` if need be: health checks find them when callers hold all others. */
const SPARE = 16

export interface ConnectionsOptions {
  readonly limits: Pick<Limits, 'connections' | 'strangerSeconds' | 'clientKeepAliveSeconds'>
  readonly clock: Clock
  readonly metrics: Pick<ProxyMetrics, 'strangersClosed'>
  /** A stranger's time is over before its request's head was complete. */
  readonly onOverdue: (connection: Connection) => void
}

/**
 * Every connection of the data port. One on which no accepted key came is a stranger's: strangers hold half of the
 * places at most, and the oldest of them makes room for a newcomer, since the newcomer may be a good caller or a health
 * check (docs/decisions/020-strangers.md).
 */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #bySocket = new WeakMap<Duplex, Connection>()
  /** The oldest first. */
  readonly #strangers = new Set<Connection>()
  readonly #share: number
  #all = 0

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#share = Math.max(SPARE, Math.floor(options.limits.connections / 2))
  }

  get counts(): { readonly strangers: number; readonly accepted: number } {
    return { strangers: this.#strangers.size, accepted: this.#all - this.#strangers.size }
  }

  admit(socket: Socket): Connection {
    const { limits, clock, metrics, onOverdue } = this.#options
    const connection: Connection = new Connection(socket, clock, limits.clientKeepAliveSeconds * SECOND, () =>
      this.#promote(connection),
    )
    const overdue = setTimeout(() => {
      if (!connection.stranger || connection.exchanges.size > 0 || connection.ending) return
      metrics.strangersClosed.inc({ reason: 'overdue' })
      onOverdue(connection)
    }, limits.strangerSeconds * SECOND)
    this.#bySocket.set(socket, connection)
    this.#strangers.add(connection)
    this.#all += 1
    socket.once('close', () => {
      clearTimeout(overdue)
      this.#strangers.delete(connection)
      this.#all -= 1
    })
    const crowded = this.#all > limits.connections && this.#strangers.size > SPARE
    if (crowded || this.#strangers.size > this.#share) this.#makeRoom(connection)
    return connection
  }

  of(socket: Duplex): Connection {
    const connection = this.#bySocket.get(socket)
    if (!connection) throw new TypeError('The connection was never admitted.')
    return connection
  }

  /** Ends those that have asked for nothing yet: a drain does not wait for them. */
  endSilent(): void {
    for (const { socket, exchanges, ending } of this.#strangers) {
      if (exchanges.size === 0 && !ending) socket.destroy()
    }
  }

  /** The oldest stranger goes, one without an open request before one whose key is being looked up. */
  #makeRoom(newcomer: Connection): void {
    const victim = this.#oldest((each) => each !== newcomer && each.exchanges.size === 0) ?? this.#oldest(() => true)
    if (!victim || victim === newcomer) return
    this.#strangers.delete(victim)
    victim.socket.destroy()
    this.#options.metrics.strangersClosed.inc({ reason: 'crowded' })
  }

  #oldest(suits: (stranger: Connection) => boolean): Connection | undefined {
    for (const stranger of this.#strangers) if (suits(stranger)) return stranger
    return undefined
  }

  #promote(connection: Connection): boolean {
    if (this.counts.accepted >= this.#options.limits.connections) return false
    return this.#strangers.delete(connection)
  }
}

/** One connection of the data port, from its first packet to its close. */
export class Connection {
  readonly socket: Socket
  /** Those whose answers are not over, in their order. */
  readonly exchanges = new Set<Exchange>()
  readonly #clock: Clock
  readonly #keepAliveMs: number
  readonly #promote: () => boolean
  #acceptedAt: number | undefined
  #ending = false
  #latest: IncomingMessage | undefined
  /** What each client asked for. */
  readonly #keepAlive = new WeakMap<ServerResponse, boolean>()

  constructor(socket: Socket, clock: Clock, keepAliveMs: number, promote: () => boolean) {
    this.socket = socket
    this.#clock = clock
    this.#keepAliveMs = keepAliveMs
    this.#promote = promote
  }

  /** No accepted key came for as long as an idle connection may live. */
  get stranger(): boolean {
    return this.#acceptedAt === undefined || this.#clock.monotonic() - this.#acceptedAt > this.#keepAliveMs
  }

  /** Nothing that comes from now on is a request. */
  get ending(): boolean {
    return this.#ending
  }

  /** A stranger's answer ends its connection, and says so, unless {@link Connection.accept} is called before it. */
  begin(exchange: Exchange): void {
    const { request, response } = exchange
    this.#latest = request
    this.exchanges.add(exchange)
    this.#keepAlive.set(response, response.shouldKeepAlive)
    if (this.stranger) response.shouldKeepAlive = false
    response.once('close', () => {
      this.exchanges.delete(exchange)
      if (!request.complete && !this.socket.destroyed && !this.#ending) this.#readOff(request)
    })
  }

  /** Notes that a request came with an accepted key. False when accepted callers hold every place already. */
  accept({ response }: Exchange): boolean {
    if (this.#acceptedAt === undefined && !this.#promote()) return false
    this.#acceptedAt = this.#clock.monotonic()
    response.once('close', () => {
      this.#acceptedAt = this.#clock.monotonic()
    })
    response.shouldKeepAlive = this.#keepAlive.get(response) ?? false
    return true
  }

  /**
   * Ends the connection so that whoever is still sending can read the answer: the rest of a request's body is thrown
   * away for a second, then our side closes, then we listen a moment longer. To close with unread bytes would send a
   * reset, at which a peer forgets what it has not read yet (RFC 9112 §9.6).
   */
  end(): void {
    if (this.#ending) return
    this.#ending = true
    const { socket } = this
    const request = this.#latest
    let read = 0
    socket.on('data', (chunk: Buffer) => {
      read += chunk.length
      if (read > LINGER_BYTES) socket.pause()
    })
    const shut = () => void socket.end()
    const timers = [setTimeout(shut, REST_MS), setTimeout(() => socket.destroy(), LINGER_MS)]
    socket.once('close', () => timers.forEach(clearTimeout))
    if (!request || request.complete) shut()
    else request.removeAllListeners('data').once('end', shut).resume()
  }

  /** A short body that was answered before its end is read off to keep its connection, if it comes at once. */
  #readOff(request: IncomingMessage): void {
    const timer = setTimeout(() => this.socket.destroy(), LINGER_MS)
    for (const event of ['end', 'close']) request.once(event, () => clearTimeout(timer))
  }
}
