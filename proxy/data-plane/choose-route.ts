import type { Route } from '../routes.ts'
import type { Exchange, Routed, Stage } from './exchange.ts'
import { Refusal } from './refusal.ts'
import { afterPrefix, matchRoute, readTarget } from './target.ts'

/** Finds the route by the longest prefix. The path that was matched is the path that is forwarded. */
export function chooseRoute(routes: readonly Route[]): Stage<Exchange, Routed> {
  return (next) => async (exchange) => {
    const { request, facts } = exchange
    const { path, query } = readTarget(request.url ?? '')
    facts.path = path
    const route = matchRoute(routes, path)
    if (!route) {
      const prefixes = routes.map(({ prefix }) => prefix).join(', ')
      throw new Refusal('route-unknown', `No route leads there. The path must begin with one of: ${prefixes}.`)
    }
    facts.route = route.name
    facts.path = afterPrefix(route.prefix, path)
    if (request.headers.upgrade?.toLowerCase() === 'websocket') {
      throw new Refusal(
        'upgrade-not-allowed',
        `Route ${route.name} does not take WebSocket connections; use plain HTTP.`,
      )
    }
    await next({ ...exchange, route, path: `${route.basePath}${facts.path}` || '/', query })
  }
}
