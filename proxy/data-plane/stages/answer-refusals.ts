import type { Logger } from '../../../core/log.ts'
import type { Exchange } from '../exchange.ts'
import { errorBody, Refusal } from '../refusal.ts'
import { hasBody } from '../request/request-body.ts'
import type { Stage } from '../stage.ts'

export interface AnswerRefusalsOptions {
  readonly draining: () => boolean
  readonly log: Logger
}

/** Largest body of a refused request that is read off, if it comes at once, to keep a caller's connection. */
const READ_OFF_BYTES = 1024 * 1024

/** Turns whatever a later stage throws into the proxy's own JSON answer, or ends the connection if it is too late. */
export function answerRefusals({ draining, log }: AnswerRefusalsOptions): Stage<Exchange, Exchange> {
  return (next) => async (exchange) => {
    try {
      await next(exchange)
    } catch (error) {
      const refusal = error instanceof Refusal ? error : unexpected(error, exchange, log)
      const { response, facts } = exchange
      if (response.destroyed && !response.headersSent) {
        facts.ended ??= 'client-gone'
        return
      }
      facts.code = refusal.code
      if (response.headersSent) response.destroy()
      else answer(exchange, refusal, draining())
    }
  }
}

function unexpected(error: unknown, { id }: Exchange, log: Logger): Refusal {
  log.error({ error, requestId: id }, 'a request failed unexpectedly')
  return new Refusal('internal-error', 'Something went wrong inside the proxy. Quote the request id to its operator.')
}

function answer({ request, response, id, facts, awaitsContinue }: Exchange, refusal: Refusal, draining: boolean): void {
  const body = Buffer.from(`${errorBody(refusal.code, refusal.message, id)}\n`)
  const headers = [
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    'cache-control',
    'no-store',
  ]
  headers.push('x-request-id', id)
  if (refusal.status === 401) headers.push('www-authenticate', 'Bearer')
  if (refusal.retryAfterSeconds !== undefined) headers.push('retry-after', String(refusal.retryAfterSeconds))
  const unread = hasBody(request) && !request.complete
  // Once a later stage has begun to read it, its rest is nobody's.
  const untouched = request.readableFlowing === null
  const short = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) <= READ_OFF_BYTES
  // A client that still waits for leave to send its body may send it or not: only closing leaves no doubt.
  if (draining || (unread && (!short || !untouched || awaitsContinue))) headers.push('connection', 'close')
  facts.bytesOut = body.length
  response.writeHead(refusal.status, headers)
  response.end(request.method === 'HEAD' ? undefined : body)
}
