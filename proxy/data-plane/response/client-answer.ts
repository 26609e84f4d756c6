import type { ServerResponse } from 'node:http'
import type { Logger } from '../../../core/log.ts'
import type { SecretString } from '../../../core/secret-string.ts'
import { type KeyScan, scanForKey } from '../credentials/key-scan.ts'
import type { Attempt } from '../exchange.ts'
import { headerValue } from '../raw-headers.ts'
import { type CutShortCode, cutShort, ECHOED } from './cut-short.ts'
import { EchoGuard } from './echo-guard.ts'
import { responseHeaders, responseTrailers, withoutKey } from './response-headers.ts'
import { EventBoundary, isEventStream, isPlain } from './terminal-event.ts'

export interface AnswerHead {
  readonly status: number
  /** The upstream's headers, names and values in turn. */
  readonly raw: readonly string[]
  readonly replay: string | undefined
  /** The connection ends with this answer. */
  readonly close: boolean
}

export interface ClientAnswerOptions {
  /** For how long a client may take no byte while some wait for it. */
  readonly stallMs: number
  readonly log: Logger
}

/** What became of a piece of the body; `full`: the client reads slower than it comes; `echoed`: our key was in it. */
export type Written = 'taken' | 'full' | 'echoed'

/** The client's side of an upstream's answer: head, body and trailers as they go out, without our own key. */
export class ClientAnswer {
  readonly #attempt: Attempt
  readonly #response: ServerResponse
  readonly #options: ClientAnswerOptions
  readonly #key: SecretString
  readonly #scan: KeyScan
  readonly #boundary = new EventBoundary()
  /** Of a body that is not compressed. */
  #guard: EchoGuard | undefined
  /** Writes the answer's head; it stands until the first chunk or the end of the turn. */
  #head: (() => void) | undefined
  #events = false
  #hasLength = false
  #stall: NodeJS.Timeout | undefined

  constructor(attempt: Attempt, options: ClientAnswerOptions) {
    this.#attempt = attempt
    this.#response = attempt.response
    this.#options = options
    this.#key = attempt.key
    this.#scan = scanForKey(attempt.key.reveal())
  }

  /** The head has not gone out yet, so that another answer may take its place. */
  get headPending(): boolean {
    return this.#head !== undefined
  }

  begin({ status, raw, replay, close }: AnswerHead): void {
    const { facts, id, request } = this.#attempt
    const headers = responseHeaders(this.#withoutKey(raw, 'head'), { requestId: id, status, replay })
    if (close) headers.push('connection', 'close')
    if (replay !== undefined) facts.replay = replay
    const upstreamId = headerValue(headers, 'x-upstream-request-id')
    if (upstreamId !== undefined) facts.upstreamRequestId = upstreamId
    this.#hasLength = headerValue(headers, 'content-length') !== undefined
    const encoding = headerValue(headers, 'content-encoding')
    if (isPlain(encoding)) this.#guard = new EchoGuard(this.#key.reveal())
    this.#events =
      isEventStream(headerValue(headers, 'content-type'), encoding) && !this.#hasLength && request.httpVersion === '1.1'
    this.#head = () => void this.#response.writeHead(status, headers)
    // A first chunk that came in the same packet goes out with the head; a later one is not waited for.
    process.nextTick(() => {
      this.sendHead()
      if (this.#response.headersSent) this.#response.flushHeaders()
    })
  }

  sendHead(): void {
    this.#head?.()
    this.#head = undefined
  }

  write(chunk: Buffer): Written {
    const passed = this.#guard?.see(chunk) ?? { echoed: false, bytes: chunk }
    if (!passed.echoed) return this.#send(passed.bytes)
    this.#tellEcho('body')
    return 'echoed'
  }

  /** The client has taken what waited for it. */
  drained(): void {
    clearTimeout(this.#stall)
  }

  end(rawTrailers: readonly string[]): void {
    const trailers = responseTrailers(this.#withoutKey(rawTrailers, 'trailer'))
    this.sendHead()
    this.#send(this.#guard?.end() ?? Buffer.alloc(0))
    if (trailers.length > 0 && !this.#hasLength) this.#response.addTrailers(trailers)
    this.#response.end()
    this.#armStall()
  }

  /** Ends an answer whose head is out so that no client can take it for whole. */
  cutShort(code: CutShortCode): void {
    const events = this.#events && this.#boundary.reached
    cutShort(this.#response, { code, requestId: this.#attempt.id, events, hasLength: this.#hasLength })
  }

  /** Nothing more goes out from here, not even a head that has not gone yet. */
  leave(): void {
    this.#head = undefined
    clearTimeout(this.#stall)
  }

  #send(chunk: Buffer): Written {
    if (chunk.length === 0) return 'taken'
    this.sendHead()
    this.#attempt.facts.bytesOut += chunk.length
    if (this.#events) this.#boundary.see(chunk)
    if (this.#response.write(chunk)) return 'taken'
    this.#armStall()
    return 'full'
  }

  /** A client that stops reading would hold its upstream connection for ever. */
  #armStall(): void {
    clearTimeout(this.#stall)
    this.#stall = setTimeout(() => this.#response.destroy(), this.#options.stallMs)
  }

  #withoutKey(raw: readonly string[], where: string): readonly string[] {
    const kept = withoutKey(raw, this.#scan)
    if (kept.length < raw.length) this.#tellEcho(where)
    return kept
  }

  #tellEcho(where: string): void {
    const { id, route } = this.#attempt
    this.#options.log.error(
      { code: ECHOED, kind: 'needs-human', route: route.name, requestId: id, where },
      "the upstream sent its key back, which was kept from the client; look at the route's upstream, then rotate its key",
    )
  }
}
