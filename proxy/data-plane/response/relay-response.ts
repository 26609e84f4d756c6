import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../../core/clock.ts'
import { AttemptDiscarded, AttemptFailed, type Verdict } from '../attempt.ts'
import type { Attempt } from '../exchange.ts'
import { Refusal } from '../refusal.ts'
import { ClientGone } from '../request/request-body.ts'
import { ClientAnswer, type ClientAnswerOptions } from './client-answer.ts'
import { CUT_SHORT, type CutShortCode, ECHOED } from './cut-short.ts'

export interface RelayOptions extends ClientAnswerOptions {
  readonly draining: () => boolean
  readonly clock: Clock
}

/** What is read of a discarded answer, and for how long, to use its connection again; over either the connection goes. */
const DISCARD_BYTES = 64 * 1024
const DISCARD_MS = 250

/**
 * Sends one attempt and passes its answer to the client as it comes, with the client's pace as the upstream's pace.
 * @throws AttemptFailed, AttemptDiscarded, or the Refusal that the request's body failed with
 */
export function relayResponse(
  dispatcher: Dispatcher,
  message: Dispatcher.DispatchOptions,
  attempt: Attempt,
  options: RelayOptions,
): Promise<void> {
  const { response, facts, cutOff } = attempt
  if (response.destroyed) {
    facts.ended ??= 'client-gone'
    return Promise.resolve()
  }
  if (cutOff.aborted) return Promise.reject(new Refusal('draining', CUT_SHORT.draining))
  return new Promise((resolve, reject) => {
    const relay = new Relay(attempt, options, message.body as Readable | null, { resolve, reject })
    facts.dispatchedAt = options.clock.monotonic()
    dispatcher.dispatch(message, relay)
  })
}

interface Outcome {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

type State = 'waiting' | 'judging' | 'relaying' | 'settled'

/** The upstream's side of an answer: what comes of it, and when, is passed on, held back, discarded or broken off. */
class Relay implements Dispatcher.DispatchHandler {
  readonly #attempt: Attempt
  readonly #options: RelayOptions
  readonly #response: ServerResponse
  readonly #body: Readable | null
  readonly #outcome: Outcome
  readonly #answer: ClientAnswer
  /** What came while the verdict was still out. */
  readonly #held: (() => void)[] = []
  #state: State = 'waiting'
  #controller: Dispatcher.DispatchController | undefined
  #answered = false
  #over = false
  #discarding = false
  #discarded = 0

  constructor(attempt: Attempt, options: RelayOptions, body: Readable | null, outcome: Outcome) {
    this.#attempt = attempt
    this.#options = options
    this.#response = attempt.response
    this.#body = body
    this.#outcome = outcome
    this.#answer = new ClientAnswer(attempt, options)
    this.#response.on('close', this.#onClientClose)
    attempt.cutOff.addEventListener('abort', this.#onCutOff)
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
    this.#attempt.facts.headAt = this.#options.clock.monotonic()
    const raw = (Array.isArray(controller.rawHeaders) ? controller.rawHeaders : []).map(toText)
    const verdict = this.#attempt.judge(status)
    if (!(verdict instanceof Promise)) {
      this.#decide(verdict, status, raw)
      return
    }
    this.#state = 'judging'
    controller.pause()
    verdict.then((late) => this.#decideLate(late, status, raw)).catch((error: Error) => this.#fail(error))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#state === 'judging') this.#held.push(() => this.onResponseData(controller, chunk))
    else if (this.#state === 'relaying') this.#write(chunk)
    else if (this.#discarding) {
      this.#discarded += chunk.length
      if (this.#discarded > DISCARD_BYTES) controller.abort(new Error('discarded'))
    }
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.#over = true
    if (this.#state === 'judging') this.#held.push(() => this.onResponseEnd(controller))
    else if (this.#state === 'relaying') {
      const trailers = Array.isArray(controller.rawTrailers) ? controller.rawTrailers : []
      this.#answer.end(trailers.map(toText))
    }
  }

  onResponseError(controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#over = true
    const code = codeOf(error) === 'UND_ERR_BODY_TIMEOUT' ? 'upstream-idle' : 'upstream-closed'
    if (this.#state === 'judging') this.#held.push(() => this.onResponseError(controller, error))
    else if (this.#state === 'relaying') this.#cutShort(code)
    else if (this.#state === 'waiting') this.#fail(error)
  }

  #decideLate(verdict: Verdict, status: number, raw: readonly string[]): void {
    if (this.#state !== 'judging') return
    this.#decide(verdict, status, raw)
    for (const replayEvent of this.#held.splice(0)) replayEvent()
    this.#controller?.resume()
  }

  #decide(verdict: Verdict, status: number, raw: readonly string[]): void {
    if (!verdict.keep) {
      this.#discard()
      return
    }
    // An upstream may answer before the upload is over: the rest of it has nowhere to go.
    const close = this.#options.draining() || !this.#attempt.request.complete
    this.#answer.begin({ status, raw, replay: verdict.replay, close })
    this.#state = 'relaying'
    this.#response.on('drain', this.#onDrain)
    this.#attempt.facts.relayedAt = this.#options.clock.monotonic()
  }

  /** The next attempt does not wait for the rest of this one. */
  #discard(): void {
    this.#settle(() => this.#outcome.reject(new AttemptDiscarded()))
    this.#discarding = true
    setTimeout(() => {
      if (!this.#over) this.#controller?.abort(new Error('discarded'))
    }, DISCARD_MS).unref()
  }

  #write(chunk: Buffer): void {
    const written = this.#answer.write(chunk)
    if (written === 'full') this.#controller?.pause()
    if (written !== 'echoed') return
    if (this.#answer.headPending) this.#settle(() => this.#outcome.reject(new Refusal(ECHOED, CUT_SHORT[ECHOED])))
    else this.#cutShort(ECHOED)
    this.#abandon(new Error('the upstream sent our key back'))
  }

  #cutShort(code: CutShortCode): void {
    this.#answer.sendHead()
    const { facts } = this.#attempt
    facts.code = code
    facts.ended = code.startsWith('upstream-') && code !== ECHOED ? 'upstream-died' : 'cut-off'
    this.#settle(() => this.#outcome.resolve())
    this.#answer.cutShort(code)
  }

  #fail(error: Error): void {
    if (error instanceof ClientGone) {
      this.#onClientClose()
      return
    }
    const failure =
      error instanceof Refusal ? error : new AttemptFailed(error, this.#controller !== undefined, this.#answered)
    this.#settle(() => this.#outcome.reject(failure))
    this.#controller?.abort(error)
  }

  readonly #onDrain = (): void => {
    this.#answer.drained()
    this.#controller?.resume()
  }

  readonly #onClientClose = (): void => {
    const gone = !this.#response.writableFinished
    if (gone) this.#attempt.facts.ended ??= 'client-gone'
    this.#settle(() => this.#outcome.resolve())
    if (gone) this.#abandon(new Error('the client has gone'))
  }

  readonly #onCutOff = (): void => {
    if (this.#state === 'relaying') this.#cutShort('draining')
    else this.#settle(() => this.#outcome.reject(new Refusal('draining', CUT_SHORT.draining)))
    this.#abandon(new Error('cut off by a drain'))
  }

  #abandon(reason: Error): void {
    this.#controller?.abort(reason)
    this.#body?.destroy()
  }

  #settle(report: () => void): void {
    if (this.#state === 'settled') return
    this.#state = 'settled'
    this.#answer.leave()
    this.#response.off('close', this.#onClientClose)
    this.#response.off('drain', this.#onDrain)
    this.#attempt.cutOff.removeEventListener('abort', this.#onCutOff)
    report()
  }
}

const toText = (value: Buffer | string): string => (typeof value === 'string' ? value : value.toString('latin1'))

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '')
