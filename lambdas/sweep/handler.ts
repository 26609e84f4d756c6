import type { Context } from 'aws-lambda'
import { SECOND } from '../../core/clock.ts'
import { readEvent } from './event.ts'
import { type ExamineOptions, examine } from './examine.ts'
import { PER_SECRET_MS, type SweepReport, sweep } from './sweep.ts'

export type SweepHandler = (
  input: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SweepReport | { examined: string; told: number }>

/** Left of the function's time for ending in order. */
const CLEAN_UP_MS = 5 * SECOND

/** The Lambda handler of the sweeper: started by its schedule it looks at all secrets, by an event at that one. */
export function createSweepHandler(options: ExamineOptions): SweepHandler {
  return async (input, context) => {
    const withinMs = context.getRemainingTimeInMillis() - CLEAN_UP_MS
    const event = readEvent(input)
    if (!event) return sweep({ ...options, withinMs })
    const { secretId } = event
    const { told, outcome } = await examine(options, secretId, {
      actWithinMs: Math.min(withinMs, PER_SECRET_MS),
      event,
    })
    const { ordered, retired } = outcome
    options.log.info({ secret: secretId, ordered: ordered.length, retired: retired.length, told }, 'examined')
    return { examined: secretId, told }
  }
}
