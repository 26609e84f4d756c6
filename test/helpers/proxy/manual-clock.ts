import type { Clock } from '../../../core/clock.ts'

interface Sleeper {
  at: number
  wake: () => void
}

/** A clock that stands still until it is moved; sleepers wake in the order of their deadlines. */
export class ManualClock implements Clock {
  #wall: number
  #elapsed = 0
  readonly #sleepers = new Set<Sleeper>()

  constructor(start = '2026-11-22T10:00:00Z') {
    this.#wall = Date.parse(start)
  }

  now(): Date {
    return new Date(this.#wall)
  }

  monotonic(): number {
    return this.#elapsed
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const sleeper = { at: this.#elapsed + ms, wake: resolve }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper)
        reject(signal.reason)
      })
    })
  }

  /** How many wait for time to pass. */
  get sleeping(): number {
    return this.#sleepers.size
  }

  /** Moves both clocks, waking whoever is due on the way. */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsed + ms
    for (;;) {
      await settle()
      const next = [...this.#sleepers].filter(({ at }) => at <= target).sort((one, other) => one.at - other.at)[0]
      if (!next) break
      this.#wall += Math.max(0, next.at - this.#elapsed)
      this.#elapsed = Math.max(this.#elapsed, next.at)
      this.#sleepers.delete(next)
      next.wake()
    }
    this.#wall += target - this.#elapsed
    this.#elapsed = target
    await settle()
  }

  /** Moves the wall clock alone, as an operator or NTP would. */
  setWall(time: string): void {
    this.#wall = Date.parse(time)
  }
}

/** Lets everything that is ready to run, run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
