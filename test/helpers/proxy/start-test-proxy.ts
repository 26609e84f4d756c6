import { Writable } from 'node:stream'
import type { ProxyRoute } from '../../../core/inventory.ts'
import { createLogger } from '../../../core/log.ts'
import { systemRandom } from '../../../core/random.ts'
import type { Limits } from '../../../proxy/config/limits.ts'
import { readSettings } from '../../../proxy/config/read-settings.ts'
import type { KeyTiming } from '../../../proxy/keys/key-rings.ts'
import type { SecretSource } from '../../../proxy/keys/secret-source.ts'
import { type RunningProxy, startProxy } from '../../../proxy/proxy.ts'
import { MemorySource } from './memory-source.ts'
import { ShiftedClock } from './test-clock.ts'
import { until } from './until.ts'

export const CLIENT_SECRET = 'keyturn/test/app'
export const UPSTREAM_SECRET = 'keyturn/test/openai'
export const CLIENT_KEY = `kt_${'c'.repeat(43)}`
export const OLD_CLIENT_KEY = `kt_${'o'.repeat(43)}`
export const UPSTREAM_KEY = 'sk-upstream-current'
export const OLD_UPSTREAM_KEY = 'sk-upstream-old'

export interface TestProxyOptions {
  readonly upstream: string
  readonly routes?: readonly Partial<ProxyRoute>[]
  readonly limits?: Partial<Limits>
  readonly timing?: Partial<KeyTiming>
  readonly source?: MemorySource
  /** Read in place of a source in memory. */
  readonly secrets?: SecretSource
  readonly clients?: readonly { name: string; secretId: string }[]
  readonly refreshSeconds?: number
  readonly maxStaleSeconds?: number
  /** False to return before the key sets are read. */
  readonly ready?: boolean
}

export interface TestProxy extends AsyncDisposable {
  readonly proxy: RunningProxy
  readonly port: number
  readonly url: string
  readonly metricsUrl: string
  readonly source: MemorySource
  readonly clock: ShiftedClock
  /** Every log line, parsed. */
  readonly log: Record<string, unknown>[]
  metric(line: string): Promise<number>
}

/** One client and one current version each, unless told otherwise. */
export function plainSource(): MemorySource {
  return new MemorySource()
    .set(CLIENT_SECRET, { 'client-v1': { labels: ['AWSCURRENT'], value: CLIENT_KEY } })
    .set(UPSTREAM_SECRET, { 'upstream-v1': { labels: ['AWSCURRENT'], value: UPSTREAM_KEY } })
}

/** The proxy as `main` starts it, on port 0 and with a source in memory. */
export async function startTestProxy(options: TestProxyOptions): Promise<TestProxy> {
  const source = options.source ?? plainSource()
  const clock = new ShiftedClock()
  const lines: Record<string, unknown>[] = []
  const log = createLogger({ service: 'proxy', level: 'debug', clock, destination: collect(lines) })
  const route = {
    name: 'openai',
    prefix: '/openai',
    upstream: options.upstream,
    mode: 'verify',
    secretId: UPSTREAM_SECRET,
    auth: { scheme: 'bearer' },
  }
  const settings = readSettings({
    KEYTURN_PROXY_HOST: '127.0.0.1',
    KEYTURN_PROXY_CONFIG: JSON.stringify({
      port: 0,
      clients: options.clients ?? [{ name: 'app', secretId: CLIENT_SECRET }],
      routes: (options.routes ?? [{}]).map((overrides) => ({ ...route, ...overrides })),
      refreshSeconds: options.refreshSeconds ?? 3_600,
      maxStaleSeconds: options.maxStaleSeconds ?? 7_200,
      limits: { lameDuckSeconds: 0, ...options.limits },
    }),
  })
  const timing = { cooldownMs: 0, ...options.timing }
  const proxy = await startProxy({
    settings,
    source: options.secrets ?? source,
    clock,
    random: systemRandom,
    log,
    timing,
  })
  if (options.ready !== false) await until(() => proxy.readiness().ready, 'the proxy is ready')
  return {
    proxy,
    source,
    clock,
    log: lines,
    port: proxy.port,
    url: `http://127.0.0.1:${proxy.port}`,
    metricsUrl: `http://127.0.0.1:${proxy.metricsPort}/metrics`,
    metric: async (line) => {
      const text = await proxy.metrics.registry.metrics()
      const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `))
      return found === undefined ? 0 : Number(found.slice(line.length + 1))
    },
    [Symbol.asyncDispose]: () => proxy.close(),
  }
}

function collect(lines: Record<string, unknown>[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()))
      done()
    },
  })
}
