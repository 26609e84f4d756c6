import type { Clock } from '../../core/clock.ts'

export interface PollOptions {
  clock: Clock
  signal: AbortSignal
  /** Milliseconds, of monotonic time, after which the last outcome stands. */
  withinMs: number
  firstDelayMs?: number
  maxDelayMs?: number
}

/** What one try found: it is settled, or it is worth another try (after at least `afterMs`). */
export type Attempt<Result> = { done: Result } | { again: Result; afterMs?: number | undefined }

/** Tries until a try is done or the time is up, with exponential back-off; returns the last try's result (B17). */
export async function poll<Result>(attempt: () => Promise<Attempt<Result>>, options: PollOptions): Promise<Result> {
  const { clock, signal, withinMs, firstDelayMs = 200, maxDelayMs = 5_000 } = options
  const deadline = clock.monotonic() + withinMs
  for (let delay = firstDelayMs; ; delay = Math.min(delay * 2, maxDelayMs)) {
    const outcome = await attempt()
    if ('done' in outcome) return outcome.done
    const wait = Math.max(delay, outcome.afterMs ?? 0)
    if (clock.monotonic() + wait > deadline) return outcome.again
    await clock.sleep(wait, signal)
  }
}
