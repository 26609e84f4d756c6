import type { Clock } from '../../core/clock.ts'
import { SECOND } from '../../core/clock.ts'
import { jitter, type Random } from '../../core/random.ts'
import type { RefreshOutcome } from './key-set-store.ts'

export interface PollOptions {
  readonly refresh: () => Promise<RefreshOutcome>
  readonly refreshMs: number
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly onOutcome: (outcome: RefreshOutcome) => void
}

/** Refreshes until the signal aborts; after a failure sooner than planned, and ever later up to the plan. */
export async function poll(options: PollOptions): Promise<void> {
  const { refresh, refreshMs, clock, random, signal, onOutcome } = options
  let failures = 0
  while (!signal.aborted) {
    const outcome = await refresh()
    onOutcome(outcome)
    failures = outcome.result === 'loaded' || outcome.result === 'gone' ? 0 : failures + 1
    const wait = failures === 0 ? refreshMs : Math.min(refreshMs, SECOND * 2 ** (failures - 1))
    await clock.sleep(wait * jitter(random, 0.1), signal).catch(() => undefined)
  }
}
