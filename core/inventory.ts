/**
 * The types that rooms share about the inventory: what infra/ writes from stack config, and what the functions and
 * the proxy read back. Parsing and checking happen once, at each entry point.
 */

/** `inventory.json`, placed by infra/ beside a rotation function's bundle. */
export interface RotationInventory {
  readonly version: 1
  /** Keyed by the full Secrets Manager name: `keyturn/dev/openai`. */
  readonly secrets: Readonly<Record<string, RotationEntry>>
}

export interface RotationEntry {
  /** The strategy's kind. */
  readonly strategy: string
  /** A grace period as `parseGrace` reads it: `24h`. */
  readonly grace: string
  /** Checked against the strategy's own schema. Names of secrets in it are full Secrets Manager names. */
  readonly params: unknown
}

/** As the exporters of OpenTelemetry have it. */
export const DEFAULT_METRICS_PORT = 9464

/** The proxy's configuration: the JSON value of the environment variable `KEYTURN_PROXY_CONFIG`. */
export interface ProxyConfig {
  readonly port: number
  /** Where `/metrics` is served, apart from callers; {@link DEFAULT_METRICS_PORT} unless given. */
  readonly metricsPort?: number
  /** Callers whose keys are accepted. */
  readonly clients: readonly ProxyClient[]
  /** Tried longest prefix first. */
  readonly routes: readonly ProxyRoute[]
  /** How often the key set is read again, in seconds; each wait is jittered by a tenth. */
  readonly refreshSeconds: number
  /** For how long the last good key set is served while AWS does not answer, in seconds. */
  readonly maxStaleSeconds: number
}

export interface ProxyClient {
  /** The caller's identity in logs and metrics: `mobile-app`. */
  readonly name: string
  /** ARN or full name of the secret whose values it presents. */
  readonly secretId: string
}

export interface ProxyRoute {
  /** Label in logs and metrics: `openai`. */
  readonly name: string
  /** Path prefix on the proxy, removed before forwarding: `/openai`. */
  readonly prefix: string
  /** Scheme, host, port, and optionally a base path: `https://api.openai.com`. */
  readonly upstream: string
  /** `upstream` is http, inside a private network, and that is meant. */
  readonly plainHttp?: boolean
  /** `verify`: the caller's key is checked, then swapped for the upstream's key. */
  readonly mode: 'verify'
  /** ARN or full name of the secret that holds the upstream key. */
  readonly secretId: string
  /** The JSON field that holds the key; absent when the whole value is the key. */
  readonly field?: string
  /** How the upstream wants its key. */
  readonly auth: UpstreamAuth
}

export type UpstreamAuth =
  /** `Authorization: Bearer <key>` */
  | { readonly scheme: 'bearer' }
  /** `<header>: <key>`, such as `x-api-key` or `api-key`. */
  | { readonly scheme: 'header'; readonly header: string }
