import type { UpstreamKey } from '../../keys/upstream-keys.ts'
import type { ProxyMetrics } from '../../metrics.ts'
import { AttemptDiscarded, type Verdict } from '../attempt.ts'
import type { Attempt, Stripped } from '../exchange.ts'
import { Refusal } from '../refusal.ts'
import { hasBody, RequestBody, type RequestBodyLimits } from '../request/request-body.ts'
import type { Stage } from '../stage.ts'

export interface ReplayOptions {
  readonly limits: RequestBodyLimits
  readonly metrics: ProxyMetrics
}

/**
 * Tries the route's keys in their order: when the upstream refuses one, the same request goes out with the next living
 * sibling, before the client has seen a byte. Each key is tried once at most. A key counts as dead only when the
 * upstream refuses it and takes a sibling for the same request: otherwise the refusal was not about the key.
 */
export function replay({ limits, metrics }: ReplayOptions): Stage<Stripped, Attempt> {
  return (next) => async (exchange) => {
    const { route, facts, request } = exchange
    const body = hasBody(request) ? new RequestBody(exchange, limits) : undefined
    const tried = new Set<string>()
    for (;;) {
      const key = route.keys.pick(tried)
      if (!key) throw unavailable(route.name)
      const refused = [...tried]
      tried.add(key.versionId)
      facts.attempts += 1
      facts.upstreamVersion = key.versionId
      const judged = (status: number) => judge(status, { exchange, body, key, tried, refused, metrics })
      try {
        return await next({ ...exchange, body, key: key.key, judge: judged })
      } catch (error) {
        if (!(error instanceof AttemptDiscarded)) throw error
      }
    }
  }
}

interface Walk {
  readonly exchange: Stripped
  readonly body: RequestBody | undefined
  readonly key: UpstreamKey
  readonly tried: ReadonlySet<string>
  /** Versions that the upstream refused before this one. */
  readonly refused: readonly string[]
  readonly metrics: ProxyMetrics
}

function judge(status: number, walk: Walk): Verdict | Promise<Verdict> {
  const { exchange, body, key, tried, refused, metrics } = walk
  const { route } = exchange
  if (status !== 401 && status !== 403) {
    for (const versionId of refused) route.keys.markDead(versionId)
    return keep(walk, refused.length > 0 ? 'sibling' : undefined)
  }

  metrics.countUpstreamRefusal(route.name, key.versionId, status)
  if (status === 401) route.keys.refreshSoon()
  if (body && !body.replayable) {
    // No sibling can prove it, but a later body may be as large: better the sibling first for a while.
    if (status === 401) route.keys.markDead(key.versionId)
    return keep(walk, 'body-too-large')
  }
  // 403 is mostly about what is asked for, not about who asks: one sibling is enough to tell.
  if (status === 403)
    return refused.length === 0 && route.keys.pick(tried) ? { keep: false } : keep(walk, refusedByAll(walk))
  if (route.keys.pick(tried)) return { keep: false }
  return route.keys.refreshForSibling().then(() => (route.keys.pick(tried) ? { keep: false } : keep(walk, 'exhausted')))
}

const refusedByAll = ({ refused }: Walk): string | undefined => (refused.length > 0 ? 'exhausted' : undefined)

function keep({ exchange, body, key, metrics }: Walk, outcome: string | undefined): Verdict {
  body?.release()
  metrics.countUpstream(exchange.route.name, key.versionId)
  if (outcome === undefined) return { keep: true }
  metrics.replays.inc({ route: exchange.route.name, outcome })
  return { keep: true, replay: outcome }
}

function unavailable(route: string): Refusal {
  return new Refusal(
    'upstream-key-unavailable',
    `The proxy has no usable upstream key for route ${route}. Its operator must check the route's secret.`,
    { retryAfterSeconds: 5 },
  )
}
