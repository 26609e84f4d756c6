import type { IncomingMessage } from 'node:http'
import type { Route } from '../../routes.ts'
import { scanForClientKeys } from '../credentials/key-scan.ts'
import type { Exchange, Routed } from '../exchange.ts'
import { Refusal } from '../refusal.ts'
import { afterPrefix, matchRoute, readTarget } from '../request/target.ts'
import type { Stage } from '../stage.ts'

/** Finds the route by the longest prefix. The path that was matched is the path that is forwarded. */
export function chooseRoute(routes: readonly Route[]): Stage<Exchange, Routed> {
  return (next) => async (exchange) => {
    const { request, facts } = exchange
    const { path, query } = readTarget(request.url ?? '')
    // Before anything that writes the path down.
    if (scanForClientKeys().holds(path)) throw keyInPath()
    facts.path = path
    const route = matchRoute(routes, path)
    if (!route) {
      const prefixes = routes.map(({ prefix }) => prefix).join(', ')
      throw new Refusal('route-unknown', `No route leads there. The path must begin with one of: ${prefixes}.`)
    }
    facts.route = route.name
    facts.path = afterPrefix(route.prefix, path)
    assertServed(request, route.name)
    await next({ ...exchange, route, path: `${route.basePath}${facts.path}` || '/', query })
  }
}

export const keyInPath = (): Refusal =>
  new Refusal('target-invalid', 'The path holds a client key, which must not leave here. Send it in a header only.')

const WEBSOCKET = /(?:^|,)\s*websocket\s*(?:,|$)/i

function assertServed({ method, headers }: IncomingMessage, route: string): void {
  if (method === 'TRACE') {
    // It would show the client what the upstream was sent, its key among it (RFC 9110 §9.3.8).
    throw new Refusal('method-not-allowed', 'TRACE is not served here.')
  }
  if (WEBSOCKET.test(headers.upgrade ?? '')) {
    throw new Refusal('upgrade-not-allowed', `Route ${route} does not take WebSocket connections; use plain HTTP.`)
  }
}
