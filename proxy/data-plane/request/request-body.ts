import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Exchange } from '../exchange.ts'
import { Refusal } from '../refusal.ts'

export interface RequestBodyLimits {
  /** Kept for a replay; over it the body is only streamed. */
  readonly replayBytes: number
  readonly maxBytes: number
  /** For how long the client may fall silent while we are ready to read. */
  readonly idleMs: number
}

/**
 * A request's body, streamed to the upstream as it arrives, and kept up to a bound so that another attempt can send the
 * same bytes again from the first.
 */
export class RequestBody {
  /** Bytes as announced, when they were. */
  readonly length: number | undefined
  readonly #exchange: Exchange
  readonly #limits: RequestBodyLimits
  #retained: Buffer[] | undefined = []
  #received = 0
  #ended = false
  #failure: Error | undefined
  #view: Readable | undefined
  #started = false
  #idle: NodeJS.Timeout | undefined

  constructor(exchange: Exchange, limits: RequestBodyLimits) {
    this.#exchange = exchange
    this.#limits = limits
    const length = exchange.request.headers['content-length']
    this.length = length === undefined ? undefined : Number(length)
    if (this.length !== undefined && this.length > limits.maxBytes) throw tooLarge(limits)
    if (this.length !== undefined && this.length > limits.replayBytes) this.#retained = undefined
  }

  /** Whether {@link RequestBody.open} would give every byte. */
  get replayable(): boolean {
    return this.#retained !== undefined || !this.#started
  }

  /** A stream of the whole body for one attempt. The stream of the attempt before gets no more. */
  open(): Readable {
    if (!this.replayable) throw new Refusal('internal-error', 'The body is gone and cannot be sent again.')
    this.#view?.destroy()
    const view = new Readable({
      read: () => this.#read(),
      destroy: (error, done) => {
        if (this.#view === view) this.#pause()
        done(error)
      },
    })
    this.#view = view
    for (const chunk of this.#retained ?? []) view.push(chunk)
    if (this.#ended) view.push(null)
    if (this.#failure) view.destroy(this.#failure)
    return view
  }

  /** Forgets what was kept for a replay: the answer is decided. */
  release(): void {
    this.#retained = undefined
    this.#started = true
  }

  #read(): void {
    if (this.#ended || this.#failure) return
    if (!this.#started) this.#start()
    this.#armIdle()
    this.#exchange.request.resume()
  }

  #start(): void {
    const { request, response, awaitsContinue } = this.#exchange
    this.#started = true
    if (awaitsContinue && !response.headersSent) response.writeContinue()
    request.on('data', (chunk: Buffer) => this.#take(chunk))
    request.once('end', () => this.#end())
    request.once('error', () => this.#fail(new ClientGone()))
    request.once('close', () => {
      if (!this.#ended) this.#fail(new ClientGone())
    })
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.length
    this.#exchange.facts.bytesIn = this.#received
    if (this.#received > this.#limits.maxBytes) {
      this.#fail(tooLarge(this.#limits))
      return
    }
    if (this.#received > this.#limits.replayBytes) this.#retained = undefined
    this.#retained?.push(chunk)
    if (this.#view?.push(chunk)) this.#armIdle()
    else this.#pause()
  }

  #end(): void {
    this.#ended = true
    clearTimeout(this.#idle)
    this.#view?.push(null)
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#pause()
    this.#view?.destroy(this.#failure)
  }

  #pause(): void {
    clearTimeout(this.#idle)
    if (!this.#ended) this.#exchange.request.pause()
  }

  #armIdle(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      const seconds = this.#limits.idleMs / 1_000
      this.#fail(
        new Refusal('body-timeout', `The request's body stood still for ${seconds} s. Send it without pauses.`),
      )
    }, this.#limits.idleMs)
  }
}

/** The client left before its request was complete. */
export class ClientGone extends Error {}

/** Whether a request has a body at all (RFC 9112 §6.3). */
export function hasBody(request: IncomingMessage): boolean {
  return 'transfer-encoding' in request.headers || Number(request.headers['content-length'] ?? 0) > 0
}

function tooLarge({ maxBytes }: RequestBodyLimits): Refusal {
  return new Refusal('body-too-large', `The request's body is over ${maxBytes} bytes (setting limits.bodyBytes).`)
}
