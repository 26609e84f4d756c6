import { SECOND } from '../../../core/clock.ts'
import { KeyturnError } from '../../../core/errors.ts'
import { type Attempt, poll } from '../poll.ts'
import type { StrategyContext } from '../strategy.ts'
import type { Reply } from './send.ts'

/** How long one step goes on trying a call that failed for a passing reason. */
const RETRY_WITHIN_MS = 15 * SECOND

/**
 * Repeats a call while its outcome is a passing one: 429, 5xx, or no answer. Only for calls that may be repeated; a
 * lost answer to a minting call is left to the rotation's own retry, which removes what it made.
 */
export async function retrying(
  context: Pick<StrategyContext<unknown>, 'clock' | 'signal'>,
  request: () => Promise<Reply>,
): Promise<Reply> {
  const outcome = await poll<Reply | KeyturnError>(
    async (): Promise<Attempt<Reply | KeyturnError>> => {
      try {
        const reply = await request()
        return passing(reply.status) ? { again: reply, afterMs: reply.retryAfterMs } : { done: reply }
      } catch (error) {
        if (error instanceof KeyturnError && error.kind === 'retryable' && !context.signal.aborted)
          return { again: error }
        throw error
      }
    },
    { ...context, withinMs: RETRY_WITHIN_MS },
  )
  if (outcome instanceof KeyturnError) throw outcome
  return outcome
}

export const passing = (status: number): boolean => status === 408 || status === 429 || status >= 500
