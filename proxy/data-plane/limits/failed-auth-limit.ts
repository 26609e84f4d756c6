import { isIPv6 } from 'node:net'
import { type Clock, MINUTE } from '../../../core/clock.ts'

const MAX_ADDRESSES = 10_000

/**
 * Counts failed authentications by address, as a bucket that refills evenly over a minute. A valid key always passes:
 * behind a load balancer or NAT an attacker shares the address of honest callers.
 */
export class FailedAuthLimit {
  readonly #perMinute: number
  readonly #clock: Clock
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute
    this.#clock = clock
  }

  /** Notes a failure. False when the address has used up its failures. */
  fail(address: string): boolean {
    const network = networkOf(address)
    const tokens = this.#tokens(network)
    this.#buckets.delete(network)
    this.#buckets.set(network, { tokens: Math.max(0, tokens - 1), at: this.#clock.monotonic() })
    const oldest = this.#buckets.keys().next().value
    if (this.#buckets.size > MAX_ADDRESSES && oldest !== undefined) this.#buckets.delete(oldest)
    return tokens >= 1
  }

  #tokens(network: string): number {
    const bucket = this.#buckets.get(network)
    if (!bucket) return this.#perMinute
    const refilled = ((this.#clock.monotonic() - bucket.at) / MINUTE) * this.#perMinute
    return Math.min(this.#perMinute, bucket.tokens + refilled)
  }
}

/** IPv4 as it is, mapped or not; IPv6 by its /64, of which one caller has all addresses. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  if (!isIPv6(address)) return address
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const groups = head.split(':').filter(Boolean)
  const rest = tail?.split(':').filter(Boolean) ?? []
  const zeros = Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0')
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':')
}
