import type { Cloud } from '../../cloud.ts'

/** As an account that AWS has known for a while; a fresh one may start with 10. */
const DEFAULT_QUOTA = 1_000

/** AWS keeps as much unreserved, or all of a smaller quota. */
const KEPT_UNRESERVED = 100

/** Invocations that the account may have under way at once in the Region. */
export const accountQuota = ({ options }: Cloud): number => options.lambda?.concurrentExecutions ?? DEFAULT_QUOTA

export const minimumUnreserved = (cloud: Cloud): number => Math.min(KEPT_UNRESERVED, accountQuota(cloud))

/** What is left of the quota for functions without a reservation; `besides` is left out of the count. */
export function unreservedConcurrency(cloud: Cloud, besides?: string): number {
  const reserved = Object.values(cloud.state.lambda.functions)
    .filter(({ name }) => name !== besides)
    .reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0)
  return accountQuota(cloud) - reserved
}
