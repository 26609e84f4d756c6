import { AttemptFailed } from '../attempt.ts'
import type { Attempt } from '../exchange.ts'
import { headerValue } from '../raw-headers.ts'
import type { Stage } from '../stage.ts'

/** Sends an attempt once more, with the same key, when its connection died without a byte of an answer. */
export function retryLostConnections(): Stage<Attempt, Attempt> {
  return (next) => async (attempt) => {
    try {
      await next(attempt)
    } catch (error) {
      if (!(error instanceof AttemptFailed) || !mayRetry(error, attempt)) throw error
      await next(attempt)
    }
  }
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
const CONNECTION_LOST: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

/**
 * A connection kept alive may be closed by the upstream at the moment it is used. The request may be sent again when no
 * byte of an answer came and either nothing was sent or sending it twice is harmless (RFC 9110 §9.2.2).
 */
function mayRetry(error: AttemptFailed, { request, headers, body }: Attempt): boolean {
  if (error.answered || !CONNECTION_LOST.has(error.code) || body?.replayable === false) return false
  if (!error.sent || IDEMPOTENT.has(request.method ?? '')) return true
  return headerValue(headers, 'idempotency-key') !== undefined
}
