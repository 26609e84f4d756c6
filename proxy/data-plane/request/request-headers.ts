import { isHopByHop, isSetByProxy } from '../../../core/routes.ts'
import { isKeyHeader, stripCookies } from '../credentials/key-places.ts'
import { scanForClientKeys } from '../credentials/key-scan.ts'
import { forEachHeader, namedInConnection } from '../raw-headers.ts'

/** What load balancers tell us about the client, which is none of a third party's business. */
const FORWARDING = /^(?:forwarded|via|x-forwarded-.+|x-real-ip|x-amzn-trace-id)$/

/** Ours to say, in both directions. */
const REQUEST_ID = 'x-request-id'

/**
 * A request's headers as the upstream may see them: without hop-by-hop fields and those named in `Connection`, without
 * fields for credentials and those that hold a client key in their name or value, without `Host` and framing.
 */
export function requestHeaders(raw: readonly string[], credential: string): string[] {
  const keys = scanForClientKeys(credential)
  const named = namedInConnection(raw)
  const kept: string[] = []
  forEachHeader(raw, (lower, value, name) => {
    if (isHopByHop(lower) || named.has(lower) || isSetByProxy(lower)) return
    if (isKeyHeader(lower) || FORWARDING.test(lower) || lower === REQUEST_ID || keys.holdsInName(name)) return
    if (lower === 'cookie') {
      const cookies = stripCookies(value, credential)
      if (cookies !== undefined) kept.push(name, cookies)
    } else if (!keys.holds(value)) {
      kept.push(name, value)
    }
  })
  return kept
}
