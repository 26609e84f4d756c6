import type { Pool } from 'undici'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import type { ClientKeys } from '../keys/client-keys.ts'
import type { UnknownKeys } from '../keys/unknown-keys.ts'
import type { ProxyMetrics } from '../metrics.ts'
import type { Route } from '../routes.ts'
import type { RefusedKeys } from './credentials/refused-keys.ts'
import type { Exchange } from './exchange.ts'
import type { FailedAuthLimit } from './limits/failed-auth-limit.ts'
import type { RequestBodyLimits } from './request/request-body.ts'
import { beginWith, type Handler } from './stage.ts'
import { acceptConnection } from './stages/accept-connection.ts'
import { answerRefusals } from './stages/answer-refusals.ts'
import { authenticate } from './stages/authenticate.ts'
import { chooseRoute } from './stages/choose-route.ts'
import { explainFailures } from './stages/explain-failures.ts'
import { forward } from './stages/forward.ts'
import { injectKey } from './stages/inject-key.ts'
import { observe } from './stages/observe.ts'
import { ownPaths, type Readiness } from './stages/own-paths.ts'
import { refuseBadHeads } from './stages/refuse-bad-heads.ts'
import { replay } from './stages/replay.ts'
import { retryLostConnections } from './stages/retry-lost-connections.ts'
import { stripCredentials } from './stages/strip-credentials.ts'

export interface PipelineOptions {
  readonly routes: readonly Route[]
  readonly clientKeys: ClientKeys
  readonly unknownKeys: UnknownKeys
  readonly failedAuth: FailedAuthLimit
  readonly refusedKeys: RefusedKeys
  readonly pools: ReadonlyMap<string, Pool>
  readonly bodyLimits: RequestBodyLimits
  readonly stallMs: number
  readonly readiness: () => Readiness
  readonly draining: () => boolean
  readonly metrics: ProxyMetrics
  readonly clock: Clock
  readonly log: Logger
}

/** The data plane: what a request goes through, from top to bottom, and its answer the other way. */
export function createPipeline(options: PipelineOptions): Handler<Exchange> {
  const { routes, clientKeys, unknownKeys, failedAuth, refusedKeys, pools, bodyLimits, stallMs } = options
  const { readiness, draining, metrics, clock, log } = options
  return beginWith(observe({ metrics, log, clock }))
    .next(answerRefusals({ draining, log }))
    .next(refuseBadHeads())
    .next(ownPaths({ readiness }))
    .next(chooseRoute(routes))
    .next(authenticate({ keys: clientKeys, unknownKeys, limit: failedAuth, refusedKeys, metrics }))
    .next(acceptConnection())
    .next(stripCredentials())
    .next(replay({ limits: bodyLimits, metrics }))
    .next(injectKey())
    .next(explainFailures())
    .next(retryLostConnections())
    .last(forward({ pools, draining, stallMs, clock, log }))
}
