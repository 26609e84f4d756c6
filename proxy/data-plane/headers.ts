import type { UpstreamAuth } from '../../core/inventory.ts'
import { isHopByHop, isSetByProxy } from '../../core/routes.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { forEachHeader, isKeyHeader, stripCookies } from './credentials.ts'
import { type KeyScan, scanForClientKeys } from './key-scan.ts'

/** What load balancers tell us about the client, which is none of a third party's business. */
const FORWARDING = /^(?:forwarded|via|x-forwarded-.+|x-real-ip|x-amzn-trace-id)$/

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
    if (isKeyHeader(lower) || FORWARDING.test(lower) || lower === 'x-request-id' || keys.holdsInName(name)) return
    if (lower === 'cookie') {
      const cookies = stripCookies(value, credential)
      if (cookies !== undefined) kept.push(name, cookies)
    } else if (!keys.holds(value)) {
      kept.push(name, value)
    }
  })
  return kept
}

/** The headers of one attempt: the key goes in last, after everything that could have taken it out again. */
export function injectKey(headers: readonly string[], auth: UpstreamAuth, key: SecretString): string[] {
  if (auth.scheme === 'bearer') return [...headers, 'authorization', `Bearer ${key.reveal()}`]
  const kept: string[] = []
  forEachHeader(headers, (lower, value, name) => {
    if (lower.replaceAll('_', '-') !== auth.header.toLowerCase().replaceAll('_', '-')) kept.push(name, value)
  })
  return [...kept, auth.header, key.reveal()]
}

export interface ResponseHeaderOptions {
  readonly requestId: string
  readonly status: number
  readonly replay: string | undefined
}

/**
 * An upstream's response headers as the client may see them, order, case and duplicates kept. The upstream's request
 * id becomes `x-upstream-request-id`, since `x-request-id` is ours.
 */
export function responseHeaders(
  raw: readonly string[],
  { requestId, status, replay }: ResponseHeaderOptions,
): string[] {
  const named = namedInConnection(raw)
  const kept: string[] = []
  forEachHeader(raw, (lower, value, name) => {
    if (isHopByHop(lower) || named.has(lower)) return
    if (lower === 'content-length' && status === 204) return
    // `alt-svc` would lead the client around us; `x-keyturn-*` is ours to say.
    if (lower === 'alt-svc' || lower.startsWith('x-keyturn-')) return
    if (lower === 'x-request-id') kept.push('x-upstream-request-id', value)
    else kept.push(name, value)
  })
  kept.push('x-request-id', requestId)
  if (replay !== undefined) kept.push('x-keyturn-replay', replay)
  return kept
}

/** Fields without those that hold our own key, which an upstream has no reason to say. */
export function withoutKey(raw: readonly string[], key: KeyScan): readonly string[] {
  const kept: string[] = []
  forEachHeader(raw, (_lower, value, name) => {
    if (!key.holdsInName(name) && !key.holds(value)) kept.push(name, value)
  })
  return kept
}

/** Trailer fields that may pass: none that frames, routes or authenticates (RFC 9110 §6.5.1). */
export function responseTrailers(raw: readonly string[]): [string, string][] {
  const kept: [string, string][] = []
  forEachHeader(raw, (lower, value, name) => {
    const forbidden = isHopByHop(lower) || isSetByProxy(lower) || isKeyHeader(lower) || lower === 'set-cookie'
    if (!forbidden) kept.push([name, value])
  })
  return kept
}

/** The last value of a header, by its lower-case name. */
export function headerValue(raw: readonly string[], lowerName: string): string | undefined {
  let found: string | undefined
  forEachHeader(raw, (lower, value) => {
    if (lower === lowerName) found = value
  })
  return found
}

function namedInConnection(raw: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>()
  forEachHeader(raw, (lower, value) => {
    if (lower !== 'connection') return
    for (const token of value.split(',')) names.add(token.trim().toLowerCase())
  })
  return names
}
