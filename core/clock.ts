import { setTimeout as delay } from 'node:timers/promises'

/**
 * Where time comes from. Deadlines (grace, schedules) are wall-clock and use {@link Clock.now}; intervals, time-outs
 * and staleness use {@link Clock.monotonic}, which a moved wall clock does not disturb.
 */
export interface Clock {
  /** The wall clock, UTC. */
  now(): Date
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic(): number
  /** Waits for `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error
    })
  },
}

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
