import { type Clock, systemClock } from '../../core/clock.ts'

export interface InstantClock extends Clock {
  /** Every wait that was asked for, in milliseconds. */
  readonly slept: readonly number[]
}

/** Real time in which waiting takes none: `monotonic` moves on by what was slept, and the wall clock with it. */
export function instantClock(start: Date = systemClock.now()): InstantClock {
  const slept: number[] = []
  let ahead = 0
  return {
    slept,
    now: () => new Date(start.getTime() + ahead),
    monotonic: () => systemClock.monotonic() + ahead,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      slept.push(ms)
      ahead += ms
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  }
}
