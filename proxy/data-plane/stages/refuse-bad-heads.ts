import type { Exchange } from '../exchange.ts'
import { Refusal } from '../refusal.ts'
import type { Stage } from '../stage.ts'

/** Refuses heads that are well-formed and that two parties could still read differently, or that ask for too much. */
export function refuseBadHeads(): Stage<Exchange, Exchange> {
  return (next) => async (exchange) => {
    const { rawHeaders } = exchange.request
    if (exchange.expectsUnknown) {
      throw new Refusal('expectation-unknown', 'The only expectation that the proxy meets is 100-continue.')
    }
    const hosts = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length
    if (hosts > 1) throw new Refusal('malformed-request', 'The request has more than one Host header.')
    await next(exchange)
  }
}
