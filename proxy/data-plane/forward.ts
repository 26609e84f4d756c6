import type { Pool } from 'undici'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { NOT_PRIVATE } from '../private-lookup.ts'
import { AttemptFailed } from './attempt.ts'
import { forEachHeader } from './credentials.ts'
import type { Stripped } from './exchange.ts'
import { Refusal } from './refusal.ts'
import { type RelayOptions, type RelayOutcome, relayResponse } from './relay-response.ts'
import type { RequestBody } from './request-body.ts'

export interface Attempt {
  readonly exchange: Stripped
  readonly body: RequestBody | undefined
  /** Names and values in turn, the upstream key among them. */
  readonly headers: readonly string[]
  /** The upstream key among the headers, which must not come back. */
  readonly key: SecretString
  readonly judge: RelayOptions['judge']
}

export type Forward = (attempt: Attempt) => Promise<RelayOutcome>

export interface ForwardOptions {
  /** One pool of connections per upstream origin. */
  readonly pools: ReadonlyMap<string, Pool>
  readonly draining: () => boolean
  readonly stallMs: number
  readonly clock: Clock
  readonly log: Logger
}

/** Sends one attempt to the route's upstream, again only if a connection died without a byte of answer. */
export function forwardTo({ pools, ...options }: ForwardOptions): Forward {
  return async ({ exchange, body, headers, key, judge }) => {
    const { route, path, query, request } = exchange
    const pool = pools.get(route.origin)
    if (!pool) throw new Refusal('internal-error', `Route ${route.name} has no connection pool.`)
    for (let again = false; ; again = true) {
      try {
        const message = {
          method: request.method ?? 'GET',
          path: query === undefined ? path : `${path}?${query}`,
          headers: [...headers, 'host', route.host, ...lengthOf(body)],
          body: body?.open() ?? null,
        }
        return await relayResponse(pool, message, { exchange, key, judge, ...options })
      } catch (error) {
        if (!(error instanceof AttemptFailed)) throw error
        if (!again && mayRetry(error, exchange, body)) continue
        throw explain(error, route.name)
      }
    }
  }
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
const CONNECTION_LOST: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

/**
 * A connection kept alive may be closed by the upstream at the moment it is used. The request may be sent again when no
 * byte of an answer came and either nothing was sent or sending it twice is harmless (RFC 9110 §9.2.2).
 */
function mayRetry(error: AttemptFailed, { request, headers }: Stripped, body: RequestBody | undefined): boolean {
  if (error.answered || !CONNECTION_LOST.has(error.code) || body?.replayable === false) return false
  if (!error.sent || IDEMPOTENT.has(request.method ?? '')) return true
  let keyed = false
  forEachHeader(headers, (name) => {
    if (name === 'idempotency-key') keyed = true
  })
  return keyed
}

const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])
const TLS = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO_)/

function explain(error: AttemptFailed, route: string): Refusal {
  const options = { cause: error, retryAfterSeconds: 1 }
  if (TIMEOUTS.has(error.code)) {
    return new Refusal('upstream-timeout', `The upstream of route ${route} did not answer in time. Try again.`, options)
  }
  if (TLS.test(error.code)) {
    return new Refusal(
      'upstream-unreachable',
      `The upstream of route ${route} has no certificate that can be verified.`,
      options,
    )
  }
  if (error.code === NOT_PRIVATE) {
    const why = 'is plain HTTP, and its name leads to no private address. Its operator must look at it.'
    return new Refusal('upstream-unreachable', `The upstream of route ${route} ${why}`, options)
  }
  if (error.answered) {
    return new Refusal(
      'upstream-invalid',
      `The upstream of route ${route} did not answer in HTTP as it should. Try again.`,
      options,
    )
  }
  return new Refusal('upstream-unreachable', `The upstream of route ${route} cannot be reached. Try again.`, options)
}

function lengthOf(body: RequestBody | undefined): string[] {
  return body?.length === undefined ? [] : ['content-length', String(body.length)]
}
