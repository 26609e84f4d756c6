import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import { SECOND } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'

/** What a few scrapers need; nobody else has business here. */
const CONNECTIONS = 32

/** Serves `/metrics` to Prometheus on a port of its own: what it tells of secrets and clients is not for callers to read. */
export function createMetricsServer(registry: Registry, log: Logger): Server {
  const limits = { headersTimeout: 5 * SECOND, requestTimeout: 10 * SECOND, keepAliveTimeout: 75 * SECOND }
  const server = createServer(limits, (request, response) => {
    answer(request, response, registry).catch((error: unknown) => {
      log.error({ error }, 'the metrics could not be given')
      response.destroy()
    })
  })
  server.maxConnections = CONNECTIONS
  return server
}

async function answer(request: IncomingMessage, response: ServerResponse, registry: Registry): Promise<void> {
  const known = request.url?.split('?', 1)[0] === '/metrics'
  if (!known || (request.method !== 'GET' && request.method !== 'HEAD')) {
    response.writeHead(known ? 405 : 404, { 'content-type': 'text/plain', connection: 'close' })
    response.end('This port answers GET /metrics and nothing else.\n')
    return
  }
  const body = await registry.metrics()
  response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' })
  response.end(request.method === 'HEAD' ? undefined : body)
}
