import type { UpstreamAuth } from '../core/inventory.ts'
import type { UpstreamKeys } from './keys/upstream-keys.ts'

/** A configured route with its keys. */
export interface Route {
  readonly name: string
  readonly prefix: string
  readonly origin: string
  /** The upstream's `Host`. */
  readonly host: string
  /** Before the forwarded path; empty or without a slash at its end. */
  readonly basePath: string
  readonly auth: UpstreamAuth
  readonly keys: UpstreamKeys
}

/** The upstream URL of a route, taken apart once. */
export function readUpstream(upstream: string): Pick<Route, 'origin' | 'host' | 'basePath'> {
  const url = new URL(upstream)
  return { origin: url.origin, host: url.host, basePath: url.pathname.replace(/\/+$/, '') }
}
