import { isHopByHop, isSetByProxy } from '../../../core/routes.ts'
import { isKeyHeader } from '../credentials/key-places.ts'
import type { KeyScan } from '../credentials/key-scan.ts'
import { forEachHeader, namedInConnection } from '../raw-headers.ts'

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

/** Trailer fields that may pass: none that frames, routes or authenticates (RFC 9110 §6.5.1). */
export function responseTrailers(raw: readonly string[]): [string, string][] {
  const kept: [string, string][] = []
  forEachHeader(raw, (lower, value, name) => {
    const forbidden = isHopByHop(lower) || isSetByProxy(lower) || isKeyHeader(lower) || lower === 'set-cookie'
    if (!forbidden) kept.push([name, value])
  })
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
