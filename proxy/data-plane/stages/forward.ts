import type { Dispatcher, Pool } from 'undici'
import type { Attempt } from '../exchange.ts'
import { Refusal } from '../refusal.ts'
import { type RelayOptions, relayResponse } from '../response/relay-response.ts'
import type { Stage } from '../stage.ts'

export interface ForwardOptions extends RelayOptions {
  /** One pool of connections for each upstream origin. */
  readonly pools: ReadonlyMap<string, Pool>
}

/** Sends the attempt to the route's upstream and relays the answer: the last stage. */
export function forward({ pools, ...options }: ForwardOptions): Stage<Attempt, never> {
  return () => async (attempt) => {
    const { origin, name } = attempt.route
    const pool = pools.get(origin)
    if (!pool) throw new Refusal('internal-error', `Route ${name} has no connection pool.`)
    await relayResponse(pool, messageOf(attempt), attempt, options)
  }
}

function messageOf({ route, path, query, request, headers, body }: Attempt): Dispatcher.DispatchOptions {
  const length = body?.length === undefined ? [] : ['content-length', String(body.length)]
  return {
    method: request.method ?? 'GET',
    path: query === undefined ? path : `${path}?${query}`,
    headers: [...headers, 'host', route.host, ...length],
    body: body?.open() ?? null,
  }
}
