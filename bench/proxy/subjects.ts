import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../core/clock.ts'
import { proxyBundle } from '../../infra/bundle/paths.ts'
import { type Child, startChild } from '../process/child.ts'

export interface Subject {
  readonly child: Child
  readonly url: string
}

export interface Surroundings {
  readonly upstreamUrl: string
  /** Where Secrets Manager answers. */
  readonly cloudUrl: string
}

/** Everything that is measured, ours first. Each forwards the same paths to the same upstream. */
export const subjects: Readonly<Record<string, (surroundings: Surroundings) => Promise<Subject>>> = {
  keyturn: (surroundings) => startKeyturn(surroundings, 'info'),
  'keyturn, no access log': (surroundings) => startKeyturn(surroundings, 'warn'),
  'http-proxy-3': (surroundings) => startPeer('http-proxy-3', surroundings),
  '@fastify/http-proxy': (surroundings) => startPeer('fastify-http-proxy', surroundings),
}

export const OURS = 'keyturn'
export const PEERS = ['http-proxy-3', '@fastify/http-proxy'] as const

/** The shipped bundle with its defaults; it verifies each caller's key and swaps it for the upstream's. */
async function startKeyturn({ upstreamUrl, cloudUrl }: Surroundings, level: string): Promise<Subject> {
  const [port, metricsPort] = await Promise.all([freePort(), freePort()])
  const config = {
    port,
    metricsPort,
    clients: [{ name: 'app', secretId: 'keyturn/bench/app' }],
    routes: [
      {
        name: 'openai',
        prefix: '/openai',
        upstream: `${upstreamUrl}/openai`,
        mode: 'verify',
        secretId: 'keyturn/bench/openai',
        auth: { scheme: 'bearer' },
      },
    ],
    refreshSeconds: 30,
    maxStaleSeconds: 3_600,
  }
  const child = startChild(proxyBundle(), {
    KEYTURN_PROXY_CONFIG: JSON.stringify(config),
    KEYTURN_PROXY_HOST: '127.0.0.1',
    KEYTURN_LOG_LEVEL: level,
    AWS_ENDPOINT_URL: cloudUrl,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  })
  const url = `http://127.0.0.1:${port}`
  const deadline = systemClock.monotonic() + 20_000
  while (!(await isReady(url))) {
    if (systemClock.monotonic() > deadline) throw new Error('our proxy was not ready within 20 seconds')
    await systemClock.sleep(50)
  }
  return { child, url }
}

async function startPeer(name: string, { upstreamUrl }: Surroundings): Promise<Subject> {
  const file = fileURLToPath(new URL(`peers/${name}.ts`, import.meta.url))
  const child = startChild(file, { BENCH_UPSTREAM: upstreamUrl })
  return { child, url: `http://127.0.0.1:${await child.ask<number>('port')}` }
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/ready`).then(
    ({ ok }) => ok,
    () => false,
  )

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
