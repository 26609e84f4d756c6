import type { UpstreamAuth } from '../core/inventory.ts'
import type { Upstream } from '../core/routes.ts'
import type { UpstreamKeys } from './keys/upstream-keys.ts'

/** A configured route with its keys. */
export interface Route extends Upstream {
  readonly name: string
  readonly prefix: string
  readonly auth: UpstreamAuth
  readonly keys: UpstreamKeys
}
