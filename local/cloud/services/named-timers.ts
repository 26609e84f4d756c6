import type { ClockTimer } from '../clock.ts'
import type { Cloud } from '../cloud.ts'

/** One timer a name and cloud: a new one takes the place of the old. They live in memory; `start` sets them again. */
export interface NamedTimers {
  set(cloud: Cloud, name: string, when: Date, work: () => unknown): void
  cancel(cloud: Cloud, name: string): void
  cancelAll(cloud: Cloud): void
}

export function namedTimers(): NamedTimers {
  const clouds = new WeakMap<Cloud, Map<string, ClockTimer>>()

  function timersOf(cloud: Cloud): Map<string, ClockTimer> {
    const known = clouds.get(cloud)
    if (known) return known
    const timers = new Map<string, ClockTimer>()
    clouds.set(cloud, timers)
    return timers
  }

  function cancel(cloud: Cloud, name: string): void {
    timersOf(cloud).get(name)?.cancel()
    timersOf(cloud).delete(name)
  }

  return {
    cancel,
    set(cloud, name, when, work) {
      cancel(cloud, name)
      const timer = cloud.clock.at(when, () => {
        timersOf(cloud).delete(name)
        return work()
      })
      timersOf(cloud).set(name, timer)
    },
    cancelAll(cloud) {
      for (const timer of timersOf(cloud).values()) timer.cancel()
      timersOf(cloud).clear()
    },
  }
}
