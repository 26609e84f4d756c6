import type { Pool } from 'undici'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import type { ClientKeys } from '../keys/client-keys.ts'
import type { UnknownKeys } from '../keys/unknown-keys.ts'
import type { ProxyMetrics } from '../metrics.ts'
import type { Route } from '../routes.ts'
import { acceptConnection } from './accept-connection.ts'
import { answerRefusals } from './answer-refusals.ts'
import { authenticate } from './authenticate.ts'
import { chooseRoute } from './choose-route.ts'
import type { Exchange, Handler } from './exchange.ts'
import type { FailedAuthLimit } from './failed-auth-limit.ts'
import { forwardTo } from './forward.ts'
import { observe } from './observe.ts'
import { ownPaths, type Readiness } from './own-paths.ts'
import type { RefusedKeys } from './refused-keys.ts'
import { replay } from './replay.ts'
import type { RequestBodyLimits } from './request-body.ts'
import { stripCredentials } from './strip-credentials.ts'

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

/** The data plane, outermost stage first. */
export function createPipeline(options: PipelineOptions): Handler<Exchange> {
  const {
    routes,
    clientKeys,
    unknownKeys,
    failedAuth,
    refusedKeys,
    pools,
    bodyLimits,
    stallMs,
    readiness,
    draining,
    metrics,
    clock,
    log,
  } = options
  const stages = [observe({ metrics, log, clock }), answerRefusals({ draining, log }), ownPaths({ readiness })]
  const dataPlane = chooseRoute(routes)(
    authenticate({ keys: clientKeys, unknownKeys, limit: failedAuth, refusedKeys, metrics })(
      acceptConnection()(
        stripCredentials()(
          replay({ limits: bodyLimits, metrics }, forwardTo({ pools, draining, stallMs, clock, log })),
        ),
      ),
    ),
  )
  return stages.reduceRight((next, stage) => stage(next), dataPlane)
}
