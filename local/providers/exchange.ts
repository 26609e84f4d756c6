import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import type { KeyRegistry, UpstreamKey } from './key-registry.ts'

/** The operations that faults and the journal name. */
export type UpstreamOperation = 'Chat' | 'Models' | 'GetKey' | 'CreateKey' | 'ListKeys' | 'DeleteKey'

/** One provider's API under its path prefix. */
export interface Provider {
  readonly name: string
  readonly routes: readonly Route[]
  /** The provider's own JSON for an error. */
  errorBody(error: UpstreamError): unknown
}

export interface Route {
  readonly method: string
  /** Matched against the path behind the provider's prefix; named groups become `params`. */
  readonly path: RegExp
  readonly operation: UpstreamOperation
  handle(exchange: Exchange): Reply | Promise<Reply>
}

/** What one request is answered from. */
export interface Exchange {
  readonly provider: Provider
  readonly request: IncomingMessage
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Buffer
  readonly keys: KeyRegistry
  readonly clock: Clock
  readonly random: Random
  readonly settings: UpstreamSettings
}

export interface UpstreamSettings {
  /** Live keys that a project or workspace may hold; none when absent. */
  readonly liveKeyLimit: number | undefined
  /** Content chunks of a stream whose request sets no `max_tokens`. */
  readonly chunks: number
  /** Milliseconds between two chunks. */
  readonly chunkDelayMs: number
}

export type Reply =
  | { readonly status: number; readonly json: unknown; readonly key?: UpstreamKey }
  /** Server-sent events, each text one whole frame. */
  | { readonly status: number; readonly events: readonly string[]; readonly key: UpstreamKey }

/** A refusal in the provider's own wording. */
export class UpstreamError extends Error {
  readonly status: number
  readonly code: string
  readonly type: string

  constructor(status: number, code: string, message: string, type = 'invalid_request_error') {
    super(message)
    this.status = status
    this.code = code
    this.type = type
  }
}

/** The bearer token, or undefined. Schemes are case-insensitive (RFC 9110 section 11.1). */
export function bearer(request: IncomingMessage): string | undefined {
  return /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
}

/** @throws UpstreamError 400 when the body is no JSON object */
export function jsonBody(exchange: Exchange): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(exchange.body.toString('utf8'))
    if (parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed))
      return parsed as Record<string, unknown>
  } catch {
    // Falls through to the one refusal for both.
  }
  throw new UpstreamError(400, 'invalid_json', 'We could not parse the JSON body of your request.')
}
