import { SECOND, systemClock } from '../../core/clock.ts'

export interface Check {
  readonly claim: string
  readonly passed: boolean
  /** What was seen. */
  readonly seen: string
}

/** One request with a given key: its status. */
export async function statusWith(proxyUrl: string, key: string): Promise<number> {
  const response = await fetch(`${proxyUrl}/openai/v1/models`, { headers: { authorization: `Bearer ${key}` } })
  await response.body?.cancel()
  return response.status
}

/** How long, in milliseconds, until the key is refused; undefined when it still is not after `withinMs`. */
export async function refusedAfter(proxyUrl: string, key: string, withinMs = 5 * SECOND): Promise<number | undefined> {
  const began = systemClock.monotonic()
  while (systemClock.monotonic() - began < withinMs) {
    if ((await statusWith(proxyUrl, key)) === 401) return systemClock.monotonic() - began
    await systemClock.sleep(20)
  }
  return undefined
}
