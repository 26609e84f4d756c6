import type { Clock } from '../../../core/clock.ts'
import type { Logger } from '../../../core/log.ts'
import { type ProxyMetrics, shortVersion } from '../../metrics.ts'
import type { Exchange } from '../exchange.ts'
import type { Stage } from '../stage.ts'

export interface ObserveOptions {
  readonly metrics: ProxyMetrics
  readonly log: Logger
  readonly clock: Clock
}

/** Counts and times every exchange, and writes its line in the access log: no query, no header value. */
export function observe({ metrics, log, clock }: ObserveOptions): Stage<Exchange, Exchange> {
  return (next) => async (exchange) => {
    metrics.inFlight.inc()
    try {
      await next(exchange)
    } finally {
      metrics.inFlight.dec()
      record(exchange, metrics, log, clock.monotonic())
    }
  }
}

function record(
  { id, request, response, startedAt, facts }: Exchange,
  metrics: ProxyMetrics,
  log: Logger,
  now: number,
): void {
  // 499 as nginx has it: the client left before there was an answer.
  const unanswered = facts.ended === 'client-gone' && !response.headersSent && facts.code === undefined
  const status = unanswered ? 499 : response.statusCode
  if (facts.route === 'own') return
  const route = facts.route ?? 'none'
  metrics.requests.inc({
    route,
    client: facts.client ?? 'none',
    status,
    outcome: facts.ended ?? facts.code ?? 'complete',
  })
  const added = addedMs(facts, startedAt)
  if (added !== undefined) metrics.added.observe({ route }, added / 1_000)
  log.info(
    {
      requestId: id,
      method: request.method,
      route,
      path: facts.path,
      client: facts.client,
      clientVersion: shortVersion(facts.clientVersion),
      clientState: facts.clientState,
      address: facts.address,
      upstreamVersion: shortVersion(facts.upstreamVersion),
      upstreamRequestId: facts.upstreamRequestId,
      attempts: facts.attempts,
      replay: facts.replay,
      status,
      code: facts.code,
      ended: facts.ended,
      ms: round(now - startedAt),
      addedMs: round(added),
      bytesIn: facts.bytesIn,
      bytesOut: facts.bytesOut,
    },
    'request',
  )
}

/** Time spent in the proxy itself: before the upstream was asked, and between its head and the client's. */
function addedMs({ dispatchedAt, headAt, relayedAt }: Exchange['facts'], startedAt: number): number | undefined {
  if (dispatchedAt === undefined || headAt === undefined || relayedAt === undefined) return undefined
  return dispatchedAt - startedAt + (relayedAt - headAt)
}

const round = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms * 1_000) / 1_000
