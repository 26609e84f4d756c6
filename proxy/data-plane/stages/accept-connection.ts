import type { Identified } from '../exchange.ts'
import { Refusal } from '../refusal.ts'
import type { Stage } from '../stage.ts'

/** Makes the connection of a request with an accepted key one of the callers', no longer a stranger's. */
export function acceptConnection(): Stage<Identified, Identified> {
  return (next) => async (exchange) => {
    if (!exchange.connection.accept(exchange)) {
      const message = 'The proxy serves as many connections as it may (setting limits.connections). Try again shortly.'
      throw new Refusal('connections-exhausted', message, { retryAfterSeconds: 1 })
    }
    await next(exchange)
  }
}
