import { type Clock, systemClock } from '../../../core/clock.ts'

/** Real time whose wall clock can be moved: sockets and time-outs go on as usual, deadlines do not. */
export class ShiftedClock implements Clock {
  #offset = 0

  now(): Date {
    return new Date(systemClock.now().getTime() + this.#offset)
  }

  monotonic(): number {
    return systemClock.monotonic()
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal)
  }

  shift(ms: number): void {
    this.#offset += ms
  }
}
