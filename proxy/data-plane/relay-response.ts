import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { AttemptFailed, type Verdict } from './attempt.ts'
import { CUT_SHORT, type CutShortCode, cutShort } from './cut-short.ts'
import { EchoGuard } from './echo-guard.ts'
import type { Stripped } from './exchange.ts'
import { headerValue, responseHeaders, responseTrailers, withoutKey } from './headers.ts'
import { type KeyScan, scanForKey } from './key-scan.ts'
import { Refusal } from './refusal.ts'
import { ClientGone } from './request-body.ts'
import { EventBoundary, isEventStream, isPlain } from './terminal-event.ts'

export type RelayOutcome = 'relayed' | 'discarded'

export interface RelayOptions {
  readonly exchange: Stripped
  readonly judge: (status: number) => Verdict | Promise<Verdict>
  readonly draining: () => boolean
  /** For how long a client may take no byte while some wait for it. */
  readonly stallMs: number
  readonly clock: Clock
  readonly log: Logger
  /** The upstream key that the request carries. */
  readonly key: SecretString
}

/** What is read of a discarded answer, and for how long, to use its connection again; over either the connection goes. */
const DISCARD_BYTES = 64 * 1024
const DISCARD_MS = 250

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
  if (options.exchange.cutOff.aborted) return Promise.reject(new Refusal('draining', CUT_SHORT.draining))
  return new Promise((resolve, reject) => {
    const relay = new Relay(options, resolve, reject, request.body as Readable | null)
    options.exchange.facts.dispatchedAt = options.clock.monotonic()
    dispatcher.dispatch(request, relay)
  })
}

const ECHOED = 'upstream-echoed-key'

type State = 'waiting' | 'judging' | 'relaying' | 'settled'

class Relay implements Dispatcher.DispatchHandler {
  readonly #options: RelayOptions
  readonly #exchange: Stripped
  readonly #response: ServerResponse
  readonly #body: Readable | null
  readonly #resolve: (outcome: RelayOutcome) => void
  readonly #reject: (error: Error) => void
  readonly #boundary = new EventBoundary()
  readonly #held: (() => void)[] = []
  readonly #key: KeyScan
  /** Of a body that is not compressed. */
  #guard: EchoGuard | undefined
  /** Writes the answer's head; it stands until the first chunk or the end of the turn. */
  #head: (() => void) | undefined
  #state: State = 'waiting'
  #controller: Dispatcher.DispatchController | undefined
  #answered = false
  #events = false
  #hasLength = false
  #over = false
  #discarding = false
  #discarded = 0
  #stall: NodeJS.Timeout | undefined

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
    this.#key = scanForKey(options.key.reveal())
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
    else if (this.#discarding) {
      this.#discarded += chunk.length
      if (this.#discarded > DISCARD_BYTES) controller.abort(new Error('discarded'))
    }
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const trailers = (Array.isArray(controller.rawTrailers) ? controller.rawTrailers : []).map(toText)
    this.#over = true
    if (this.#state === 'judging') this.#held.push(() => this.#end(trailers))
    else if (this.#state === 'relaying') this.#end(trailers)
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#over = true
    const code = codeOf(error) === 'UND_ERR_BODY_TIMEOUT' ? 'upstream-idle' : 'upstream-closed'
    if (this.#state === 'judging') this.#held.push(() => this.#cutShort(code))
    else if (this.#state === 'relaying') this.#cutShort(code)
    else if (this.#state === 'waiting') this.#fail(error)
  }

  #decideLate(verdict: Verdict, status: number, raw: readonly string[]): void {
    if (this.#state !== 'judging') return
    this.#decide(verdict, status, raw)
    if (verdict.keep) for (const replayEvent of this.#held.splice(0)) replayEvent()
    this.#controller?.resume()
  }

  #decide(verdict: Verdict, status: number, raw: readonly string[]): void {
    if (!verdict.keep) {
      this.#discard()
      return
    }
    const { facts, id } = this.#exchange
    const headers = responseHeaders(this.#withoutKey(raw, 'head'), { requestId: id, status, replay: verdict.replay })
    // An upstream may answer before the upload is over: the rest of it has nowhere to go.
    if (this.#options.draining() || !this.#exchange.request.complete) headers.push('connection', 'close')
    if (verdict.replay !== undefined) facts.replay = verdict.replay
    const upstreamId = headerValue(headers, 'x-upstream-request-id')
    if (upstreamId !== undefined) facts.upstreamRequestId = upstreamId
    this.#hasLength = headerValue(headers, 'content-length') !== undefined
    const encoding = headerValue(headers, 'content-encoding')
    if (isPlain(encoding)) this.#guard = new EchoGuard(this.#options.key.reveal())
    this.#events =
      isEventStream(headerValue(headers, 'content-type'), encoding) &&
      !this.#hasLength &&
      this.#exchange.request.httpVersion === '1.1'
    this.#head = () => void this.#response.writeHead(status, headers)
    this.#state = 'relaying'
    this.#response.on('drain', this.#onDrain)
    facts.relayedAt = this.#options.clock.monotonic()
    // A first chunk that came in the same packet goes out with the head; a later one is not waited for.
    process.nextTick(() => {
      this.#sendHead()
      if (this.#response.headersSent) this.#response.flushHeaders()
    })
  }

  /** The next attempt does not wait for the rest of this one. */
  #discard(): void {
    this.#settle(() => this.#resolve('discarded'))
    this.#discarding = true
    setTimeout(() => {
      if (!this.#over) this.#controller?.abort(new Error('discarded'))
    }, DISCARD_MS).unref()
  }

  #write(chunk: Buffer): void {
    const passed = this.#guard?.see(chunk) ?? { echoed: false, bytes: chunk }
    if (!passed.echoed) this.#send(passed.bytes)
    else {
      this.#tellEcho('body')
      if (this.#head) this.#settle(() => this.#reject(new Refusal(ECHOED, CUT_SHORT[ECHOED])))
      else this.#cutShort(ECHOED)
      this.#abandon(new Error('the upstream sent our key back'))
    }
  }

  /** Unless the answer was taken back in the meantime. */
  #sendHead(): void {
    if (this.#state === 'relaying') this.#head?.()
    this.#head = undefined
  }

  #send(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.#sendHead()
    this.#exchange.facts.bytesOut += chunk.length
    if (this.#events) this.#boundary.see(chunk)
    if (this.#response.write(chunk)) return
    this.#controller?.pause()
    this.#armStall()
  }

  /** A client that stops reading would hold its upstream connection for ever. */
  #armStall(): void {
    clearTimeout(this.#stall)
    this.#stall = setTimeout(() => this.#response.destroy(), this.#options.stallMs)
  }

  #end(rawTrailers: readonly string[]): void {
    const trailers = responseTrailers(this.#withoutKey(rawTrailers, 'trailer'))
    this.#sendHead()
    this.#send(this.#guard?.end() ?? Buffer.alloc(0))
    if (trailers.length > 0 && !this.#hasLength) this.#response.addTrailers(trailers)
    this.#response.end()
    this.#armStall()
  }

  #withoutKey(raw: readonly string[], where: string): readonly string[] {
    const kept = withoutKey(raw, this.#key)
    if (kept.length < raw.length) this.#tellEcho(where)
    return kept
  }

  #tellEcho(where: string): void {
    const { id, route } = this.#exchange
    this.#options.log.error(
      { code: ECHOED, kind: 'needs-human', route: route.name, requestId: id, where },
      "the upstream sent its key back, which was kept from the client; look at the route's upstream, then rotate its key",
    )
  }

  #cutShort(code: CutShortCode): void {
    this.#sendHead()
    const { facts, id } = this.#exchange
    facts.code = code
    facts.ended = code.startsWith('upstream-') && code !== ECHOED ? 'upstream-died' : 'cut-off'
    const events = this.#events && this.#boundary.reached
    this.#settle(() => this.#resolve('relayed'))
    cutShort(this.#response, { code, requestId: id, events, hasLength: this.#hasLength })
  }

  #fail(error: Error): void {
    if (error instanceof ClientGone) {
      this.#onClientClose()
      return
    }
    const failure =
      error instanceof Refusal ? error : new AttemptFailed(error, this.#controller !== undefined, this.#answered)
    this.#settle(() => this.#reject(failure))
    this.#controller?.abort(error)
  }

  readonly #onDrain = (): void => {
    clearTimeout(this.#stall)
    this.#controller?.resume()
  }

  readonly #onClientClose = (): void => {
    const gone = !this.#response.writableFinished
    if (gone) this.#exchange.facts.ended ??= 'client-gone'
    this.#settle(() => this.#resolve('relayed'))
    if (gone) this.#abandon(new Error('the client has gone'))
  }

  readonly #onCutOff = (): void => {
    if (this.#state === 'relaying') this.#cutShort('draining')
    else this.#settle(() => this.#reject(new Refusal('draining', CUT_SHORT.draining)))
    this.#abandon(new Error('cut off by a drain'))
  }

  #abandon(reason: Error): void {
    this.#controller?.abort(reason)
    this.#body?.destroy()
  }

  #settle(report: () => void): void {
    if (this.#state === 'settled') return
    this.#state = 'settled'
    clearTimeout(this.#stall)
    this.#response.off('close', this.#onClientClose)
    this.#response.off('drain', this.#onDrain)
    this.#exchange.cutOff.removeEventListener('abort', this.#onCutOff)
    report()
  }
}

const toText = (value: Buffer | string): string => (typeof value === 'string' ? value : value.toString('latin1'))

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '')
