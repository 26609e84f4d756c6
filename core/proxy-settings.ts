/**
 * What the proxy may be told besides its routes (see routes.ts), for infra/, which writes its configuration, and for the
 * proxy, which reads it. Each rule returns what is wrong and what is allowed, or undefined.
 */

/** Seconds between two looks at a key set. */
export const REFRESH_SECONDS = { min: 1, max: 3_600 } as const
/** Seconds for which the last good key set is served while AWS does not answer. */
export const MAX_STALE_SECONDS = { min: 1, max: 604_800 } as const

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/

/** The name of a thing in the inventory, a client or a route among them: `openai-admin`. */
export function nameProblem(name: string): string | undefined {
  if (!NAME.test(name)) return 'must be lower-case words joined by hyphens, such as "openai-admin"'
  return name.length > 48 ? 'must have 48 characters or fewer' : undefined
}

export function staleProblem(refreshSeconds: number, maxStaleSeconds: number): string | undefined {
  return maxStaleSeconds < refreshSeconds
    ? `must be at least refreshSeconds (${refreshSeconds}), or keys go stale between two looks at them`
    : undefined
}

/** Port 0 is any that is free, so two of them differ. */
export function metricsPortProblem(port: number, metricsPort: number): string | undefined {
  return port === metricsPort && port !== 0 ? 'must be another port than `port`' : undefined
}

/** Which items stand twice, and where the first of them stands. Items that are undefined count for nothing. */
export function findRepeated(items: readonly unknown[]): { readonly index: number; readonly first: number }[] {
  return items.flatMap((item, index) => {
    const first = items.indexOf(item)
    return item === undefined || first === index ? [] : [{ index, first }]
  })
}

/** Two clients with one secret could not be told apart: the key is all that a caller shows. */
export const sharedSecret = (first: string): string =>
  `is the secret of ${first} already: two clients with one key cannot be told apart. Give each client a secret of its own`

export const repeated = (value: unknown, first: string): string =>
  `${JSON.stringify(value)} stands at ${first} already; each must be different`
