import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, SECOND } from '../core/clock.ts'
import { KeyturnError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Random } from '../core/random.ts'
import type { Settings } from './config/read-settings.ts'
import { RefusedKeys } from './data-plane/credentials/refused-keys.ts'
import { FailedAuthLimit } from './data-plane/limits/failed-auth-limit.ts'
import { createPipeline } from './data-plane/pipeline.ts'
import type { Readiness } from './data-plane/stages/own-paths.ts'
import { Drain } from './drain.ts'
import { createKeyRings, type KeyRings, type KeyTiming } from './keys/key-rings.ts'
import type { KeySetState } from './keys/key-set-store.ts'
import type { SecretSource } from './keys/secret-source.ts'
import { createMetrics, type ProxyMetrics } from './metrics.ts'
import { createDataServer } from './wire/data-server.ts'
import { createMetricsServer } from './wire/metrics-server.ts'
import { createPools } from './wire/upstream-pools.ts'

export interface ProxyOptions {
  readonly settings: Settings
  readonly source: SecretSource
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics?: ProxyMetrics
  readonly timing?: Partial<KeyTiming>
}

export interface RunningProxy {
  readonly host: string
  readonly port: number
  readonly metricsPort: number
  readonly metrics: ProxyMetrics
  readiness(): Readiness
  /** Stops taking work, lets what is open finish within the bound, and closes. Calling it again changes nothing. */
  drain(): Promise<void>
  /** Closes at once; whatever is open is cut off. */
  close(): Promise<void>
}

/**
 * Starts the proxy: the port opens at once, `/ready` turns true when every key set has been tried and some can serve.
 * @throws KeyturnError `listen-failed` when the port cannot be opened
 */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const { settings, source, clock, random, log } = options
  const { config, limits } = settings
  const metrics = options.metrics ?? createMetrics()
  const rings = createKeyRings({
    config,
    source,
    clock,
    random,
    metrics,
    log,
    retiredKeyMs: limits.retiredKeySeconds * SECOND,
    ...(options.timing && { timing: options.timing }),
  })
  const pools = createPools(
    rings.routes.map(({ origin }) => origin),
    limits,
  )
  const drain = new Drain({
    clock,
    log,
    lameDuckMs: limits.lameDuckSeconds * SECOND,
    boundMs: limits.drainSeconds * SECOND,
  })
  const readiness = readinessOf(rings, () => drain.begun)
  const refusedKeys = new RefusedKeys({ log, clock })
  const draining = () => drain.begun
  const handle = createPipeline({
    routes: rings.routes,
    clientKeys: rings.clientKeys,
    unknownKeys: rings.unknownKeys,
    refusedKeys,
    failedAuth: new FailedAuthLimit(limits.failedAuthPerMinute, clock),
    pools,
    bodyLimits: {
      replayBytes: limits.replayBodyBytes,
      maxBytes: limits.bodyBytes,
      idleMs: limits.bodyIdleSeconds * SECOND,
    },
    stallMs: limits.streamIdleSeconds * SECOND,
    readiness,
    draining,
    metrics,
    clock,
    log,
  })
  const server = createDataServer({
    handle: (exchange) => drain.track(exchange.response, handle(exchange)),
    limits,
    log,
    clock,
    random,
    cutOff: drain.cutOff,
    closing: drain.closing,
    metrics,
  })
  metrics.describeState(draining, rings.stores)

  const metricsServer = createMetricsServer(metrics.registry, log)
  await listen(server, settings.host, settings.port, 'PORT')
  await listen(metricsServer, settings.host, settings.metricsPort, 'METRICS_PORT').catch(async (error: unknown) => {
    await closeNow(server)
    throw error
  })
  rings.start()
  const { address, port } = server.address() as AddressInfo
  const { port: metricsPort } = metricsServer.address() as AddressInfo
  log.info(
    { host: address, port, metricsPort, routes: config.routes.length, clients: config.clients.length },
    'listening',
  )

  const finish = async (): Promise<void> => {
    rings.stop()
    refusedKeys.stop()
    await closeNow(metricsServer)
    await Promise.all([...pools.values()].map((pool) => pool.destroy()))
  }
  return {
    host: address,
    port,
    metricsPort,
    metrics,
    readiness,
    drain: async () => {
      await drain.run(server)
      await finish()
    },
    close: async () => {
      drain.cut()
      await closeNow(server)
      await finish()
    },
  }
}

/** The worst first: a secret that is read twice, for two fields, is as well as its worse reading. */
const WORST_FIRST: readonly KeySetState[] = ['loading', 'failed', 'gone', 'stale', 'partial', 'fresh']

/**
 * Ready once every key set has been tried to an answer and some client's and some route's can serve: one bad secret
 * does not keep a task out. From then on for as long as no drain has begun and not every set is too old.
 */
function readinessOf(rings: KeyRings, draining: () => boolean): () => Readiness {
  let begun = false
  return () => {
    const keySets: Record<string, KeySetState> = {}
    for (const { secretId, state } of rings.stores) {
      const other = keySets[secretId] ?? 'fresh'
      keySets[secretId] = WORST_FIRST.indexOf(state) < WORST_FIRST.indexOf(other) ? state : other
    }
    begun ||= rings.usable && rings.stores.every(({ state }) => state !== 'loading')
    const ready = begun && !draining() && rings.stores.some(({ fresh }) => fresh)
    return { ready, draining: draining(), keySets }
  }
}

async function listen(server: Server, host: string, port: number, variable: string): Promise<void> {
  const listening = once(server, 'listening')
  server.listen(port, host)
  await listening.catch((error: Error & { code?: string }) => {
    const why = error.code === 'EADDRINUSE' ? 'another process has it' : `the system says ${error.code}`
    throw new KeyturnError(
      'listen-failed',
      `Port ${port} on ${host} cannot be opened: ${why}. Free it, or set ${variable} to another.`,
    )
  })
}

async function closeNow(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
