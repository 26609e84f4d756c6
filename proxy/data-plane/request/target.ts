import { isUnder } from '../../../core/routes.ts'
import { decodePercent } from '../decode-percent.ts'
import { Refusal } from '../refusal.ts'

/** A request target in origin form, taken apart once: what is matched is what is forwarded. */
export interface Target {
  readonly path: string
  /** Without its question mark. */
  readonly query: string | undefined
}

/**
 * Takes a request target (RFC 9112 §3.2) apart, and refuses any that two parties could read differently: absolute form,
 * empty or dot segments however encoded, backslashes, broken percent-encoding, anything but visible ASCII.
 * @throws Refusal `target-invalid` or `path-not-canonical`
 */
export function readTarget(text: string): Target {
  if (!text.startsWith('/')) {
    throw new Refusal('target-invalid', 'The request target must be a path such as /openai/v1/models.')
  }
  if (!/^[\x21-\x7e]*$/.test(text) || text.includes('#')) {
    throw new Refusal(
      'target-invalid',
      'The request target must be visible ASCII without "#"; percent-encode the rest.',
    )
  }
  const mark = text.indexOf('?')
  const path = mark < 0 ? text : text.slice(0, mark)
  if (!isCanonical(path)) {
    throw new Refusal(
      'path-not-canonical',
      'The path must have no empty segment, no broken percent-encoding, and no "." or ".." segment or backslash, encoded or not.',
    )
  }
  return { path, query: mark < 0 ? undefined : text.slice(mark + 1) }
}

/**
 * The route with the longest prefix that `path` lies under.
 * @throws Refusal `path-not-canonical` when decoding the path would choose another route
 */
export function matchRoute<Item extends { readonly prefix: string }>(
  routes: readonly Item[],
  path: string,
): Item | undefined {
  const route = longestPrefix(routes, path)
  if (path.includes('%') && longestPrefix(routes, decodeURIComponent(path)) !== route) {
    throw new Refusal('path-not-canonical', "A route's prefix must not be percent-encoded.")
  }
  return route
}

/** What follows the prefix, beginning with a slash, or empty. */
export const afterPrefix = (prefix: string, path: string): string => (prefix === '/' ? path : path.slice(prefix.length))

function longestPrefix<Item extends { readonly prefix: string }>(
  routes: readonly Item[],
  path: string,
): Item | undefined {
  return routes
    .filter(({ prefix }) => isUnder(prefix, path))
    .reduce<Item | undefined>(
      (best, next) => (best && best.prefix.length >= next.prefix.length ? best : next),
      undefined,
    )
}

/** Some servers drop what follows a ";" before they resolve dots. */
const DOT_SEGMENT = /^\.\.?(;|$)/

/** Looked at raw and through up to three decodings, since some upstreams decode more than once. */
function isCanonical(path: string): boolean {
  if (path.includes('//') || !isWellEncoded(path)) return false
  let text = path
  for (let decodings = 0; ; decodings += 1) {
    if (/[\\\0\r\n]/.test(text)) return false
    if (text.split('/').some((segment) => DOT_SEGMENT.test(segment))) return false
    if (!text.includes('%') || decodings === 3) return true
    // A "%" that a decoding brought to light may be data, and what stands beside it is read on.
    text = decodePercent(text)
  }
}

/** As it stands on the wire: every escape is whole, and all of them together are UTF-8. */
function isWellEncoded(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
