import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../core/clock.ts'
import type { Exchange } from './exchange.ts'
import { headerValue, responseHeaders, responseTrailers } from './headers.ts'
import { Refusal } from './refusal.ts'
import { EventBoundary, isEventStream, terminalEvent } from './terminal-event.ts'

/** What becomes of an upstream's answer, decided on its head. */
export type Verdict =
  | { readonly keep: true /** Value of the header `x-keyturn-replay`. */; readonly replay?: string }
  | { readonly keep: false }

export type RelayOutcome = 'relayed' | 'discarded'

export interface RelayOptions {
  readonly exchange: Exchange
  readonly judge: (status: number) => Verdict | Promise<Verdict>
  readonly draining: () => boolean
  readonly clock: Clock
}

/** An attempt that failed before its answer's head was passed on. */
export class AttemptFailed extends Error {
  readonly code: string
  /** The request was written to a connection. */
  readonly sent: boolean
  /** Something of an answer came back. */
  readonly answered: boolean

  constructor(cause: Error, sent: boolean, answered: boolean) {
    super('The attempt failed', { cause })
    this.code = 'code' in cause ? String(cause.code) : cause.name
    this.sent = sent
    this.answered = answered
  }
}

/** Bytes of a discarded answer that are read so that its connection can be used again; over it the connection goes. */
const DISCARD_BYTES = 64 * 1024
/** For how long a client may take to fetch the terminal event. */
const FAREWELL_MS = 5_000

/**
 * Sends one attempt and passes its answer to the client as it comes, with the client's pace as the upstream's pace.
 * @throws AttemptFailed, or the Refusal that the request's body failed with
 */
export function relayResponse(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  options: RelayOptions,
): Promise<RelayOutcome> {
  const { response, facts } = options.exchange
  if (response.destroyed) {
    facts.ended ??= 'client-gone'
    return Promise.resolve('relayed')
  }
  return new Promise((resolve, reject) => {
    const relay = new Relay(options, resolve, reject, request.body as Readable | null)
    options.exchange.facts.dispatchedAt = options.clock.monotonic()
    dispatcher.dispatch(request, relay)
  })
}

type State = 'waiting' | 'judging' | 'relaying' | 'discarding' | 'settled'

class Relay implements Dispatcher.DispatchHandler {
  readonly #options: RelayOptions
  readonly #exchange: Exchange
  readonly #response: ServerResponse
  readonly #body: Readable | null
  readonly #resolve: (outcome: RelayOutcome) => void
  readonly #reject: (error: Error) => void
  readonly #boundary = new EventBoundary()
  readonly #held: (() => void)[] = []
  #state: State = 'waiting'
  #controller: Dispatcher.DispatchController | undefined
  #answered = false
  #events = false
  #hasLength = false
  #over = false
  #discarded = 0

  constructor(
    options: RelayOptions,
    resolve: (outcome: RelayOutcome) => void,
    reject: (error: Error) => void,
    body: Readable | null,
  ) {
    this.#options = options
    this.#exchange = options.exchange
    this.#response = options.exchange.response
    this.#body = body
    this.#resolve = resolve
    this.#reject = reject
    this.#response.on('close', this.#onClientClose)
    this.#exchange.cutOff.addEventListener('abort', this.#onCutOff)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#state === 'settled') controller.abort(new Error('the client has gone'))
  }

  onResponseStarted(): void {
    this.#answered = true
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200 || this.#state !== 'waiting') return
    this.#exchange.facts.headAt = this.#options.clock.monotonic()
    const raw = (Array.isArray(controller.rawHeaders) ? controller.rawHeaders : []).map(toText)
    const verdict = this.#options.judge(status)
    if (!(verdict instanceof Promise)) {
      this.#decide(verdict, status, raw)
      return
    }
    this.#state = 'judging'
    controller.pause()
    verdict.then((late) => this.#decideLate(late, status, raw)).catch((error: Error) => this.#fail(error))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#state === 'judging') this.#held.push(() => this.#write(chunk))
    else if (this.#state === 'relaying') this.#write(chunk)
    else if (this.#state === 'discarding') {
      this.#discarded += chunk.length
      if (this.#discarded > DISCARD_BYTES) controller.abort(new Error('discarded'))
    }
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const trailers = (Array.isArray(controller.rawTrailers) ? controller.rawTrailers : []).map(toText)
    this.#over = true
    if (this.#state === 'judging') this.#held.push(() => this.#end(trailers))
    else if (this.#state === 'relaying') this.#end(trailers)
    else if (this.#state === 'discarding') this.#settle(() => this.#resolve('discarded'))
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#over = true
    const code = codeOf(error) === 'UND_ERR_BODY_TIMEOUT' ? 'upstream-idle' : 'upstream-closed'
    if (this.#state === 'judging') this.#held.push(() => this.#cutShort(code))
    else if (this.#state === 'relaying') this.#cutShort(code)
    else if (this.#state === 'discarding') this.#settle(() => this.#resolve('discarded'))
    else if (this.#state === 'waiting') this.#fail(error)
  }

  #decideLate(verdict: Verdict, status: number, raw: readonly string[]): void {
    if (this.#state !== 'judging') return
    this.#decide(verdict, status, raw)
    if (verdict.keep) for (const replayEvent of this.#held.splice(0)) replayEvent()
    else if (this.#over) this.#settle(() => this.#resolve('discarded'))
    this.#controller?.resume()
  }

  #decide(verdict: Verdict, status: number, raw: readonly string[]): void {
    if (!verdict.keep) {
      this.#state = 'discarding'
      return
    }
    const { facts, id } = this.#exchange
    const headers = responseHeaders(raw, { requestId: id, status, replay: verdict.replay })
    if (this.#options.draining()) headers.push('connection', 'close')
    if (verdict.replay !== undefined) facts.replay = verdict.replay
    const upstreamId = headerValue(headers, 'x-upstream-request-id')
    if (upstreamId !== undefined) facts.upstreamRequestId = upstreamId
    this.#hasLength = headerValue(headers, 'content-length') !== undefined
    this.#events =
      isEventStream(headerValue(headers, 'content-type'), headerValue(headers, 'content-encoding')) &&
      !this.#hasLength &&
      this.#exchange.request.httpVersion === '1.1'
    this.#response.writeHead(status, headers)
    this.#state = 'relaying'
    this.#response.on('drain', this.#onDrain)
    facts.relayedAt = this.#options.clock.monotonic()
    // A first chunk that came in the same packet goes out with the head; a later one is not waited for.
    process.nextTick(() => this.#response.flushHeaders())
  }

  #write(chunk: Buffer): void {
    this.#exchange.facts.bytesOut += chunk.length
    if (this.#events) this.#boundary.see(chunk)
    if (!this.#response.write(chunk)) this.#controller?.pause()
  }

  #end(rawTrailers: readonly string[]): void {
    const trailers = responseTrailers(rawTrailers)
    if (trailers.length > 0 && !this.#hasLength) this.#response.addTrailers(trailers)
    this.#response.end()
  }

  /** The client's connection must not end as if the answer were whole. */
  #cutShort(code: 'upstream-closed' | 'upstream-idle' | 'draining'): void {
    const { facts, id } = this.#exchange
    facts.code = code
    facts.ended = code === 'draining' ? 'cut-off' : 'upstream-died'
    const response = this.#response
    const farewell = this.#events && this.#boundary.reached && response.writable
    this.#settle(() => undefined)
    if (farewell) {
      const timer = setTimeout(() => response.destroy(), FAREWELL_MS)
      response.write(terminalEvent(code, FAREWELLS[code], id), () => {
        clearTimeout(timer)
        response.destroy()
      })
    } else if (response.socket && !response.chunkedEncoding && !this.#hasLength) {
      // Nothing but the connection's end marks the end of this body, so it ends with a reset.
      response.socket.resetAndDestroy()
    } else {
      response.destroy()
    }
    this.#resolve('relayed')
  }

  #fail(error: Error): void {
    const failure =
      error instanceof Refusal ? error : new AttemptFailed(error, this.#controller !== undefined, this.#answered)
    this.#settle(() => this.#reject(failure))
    this.#controller?.abort(error)
  }

  readonly #onDrain = (): void => this.#controller?.resume()

  readonly #onClientClose = (): void => {
    const gone = !this.#response.writableFinished
    if (gone) this.#exchange.facts.ended ??= 'client-gone'
    this.#settle(() => this.#resolve('relayed'))
    if (gone) this.#abandon(new Error('the client has gone'))
  }

  readonly #onCutOff = (): void => {
    if (this.#state === 'relaying') this.#cutShort('draining')
    else this.#settle(() => this.#reject(new Refusal('draining', FAREWELLS.draining)))
    this.#abandon(new Error('cut off by a drain'))
  }

  #abandon(reason: Error): void {
    this.#controller?.abort(reason)
    this.#body?.destroy()
  }

  #settle(report: () => void): void {
    if (this.#state === 'settled') return
    this.#state = 'settled'
    this.#response.off('close', this.#onClientClose)
    this.#response.off('drain', this.#onDrain)
    this.#exchange.cutOff.removeEventListener('abort', this.#onCutOff)
    report()
  }
}

const FAREWELLS = {
  'upstream-closed': 'The upstream closed the connection before its answer was complete. Send the request again.',
  'upstream-idle': 'The upstream fell silent inside its answer. Send the request again.',
  draining: 'The proxy is shutting down. Send the request again.',
} as const

const toText = (value: Buffer | string): string => (typeof value === 'string' ? value : value.toString('latin1'))

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '')
