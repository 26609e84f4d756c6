import type { Cloud } from '../cloud.ts'
import type { WireRequest, WireResponse } from '../protocol/protocol.ts'
import type { Service } from '../services/service.ts'
import { clockRoutes } from './clock.ts'
import { ControlError, type ControlRoute } from './control-route.ts'
import { faultRoutes } from './faults.ts'
import { healthRoutes } from './health.ts'
import { journalRoutes } from './journal.ts'

const own: readonly ControlRoute[] = [...clockRoutes, ...faultRoutes, ...journalRoutes, ...healthRoutes]

/**
 * The local cloud's own API under `/_keyturn/`: clock, faults, journal, health. It has no login: it listens on
 * 127.0.0.1 only, and refuses requests that a browser sends for another site.
 */
export async function control(request: WireRequest, cloud: Cloud, services: readonly Service[]): Promise<WireResponse> {
  try {
    refuseForeignOrigin(request)
    const routes = [...own, ...services.flatMap((service) => service.control ?? [])]
    const route = routes.find(({ method, path }) => method === request.method && matches(path, request.path))
    if (!route) throw notFound(request, routes)
    return respond(200, await route.handle(request, cloud))
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    return respond(error.status, { error: { code: error.code, message: error.message } })
  }
}

function respond(status: number, body: unknown): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(body)}\n` }
}

function matches(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/*')) return pattern === path
  const prefix = pattern.slice(0, -1)
  return path.startsWith(prefix) && path.length > prefix.length && !path.slice(prefix.length).includes('/')
}

function refuseForeignOrigin({ headers }: WireRequest): void {
  const { origin, host } = headers
  if (origin === undefined || origin === `http://${host}`) return
  throw new ControlError('foreign-origin', 'The control API does not answer pages of other sites.', 403)
}

function notFound(request: WireRequest, routes: readonly ControlRoute[]): ControlError {
  const known = routes.map(({ method, path }) => `${method} ${path}`).join(', ')
  return new ControlError('not-found', `There is no ${request.method} ${request.path}. Known: ${known}.`, 404)
}
