import { DAY } from '../../core/clock.ts'
import type { Condition } from '../notify/condition.ts'
import { type Message, standingMessage } from '../notify/message.ts'

/**
 * What this sweep tells of a deleted secret: something at the first sweep after its deletion, and once in each 24 hours
 * from then on, counted by the time of day of its deletion, since a deleted secret takes no tag that could remember.
 */
export function dueReminder(secret: string, condition: Condition, now: Date, everyMs: number): readonly Message[] {
  const day = (ms: number): number => Math.floor((ms - condition.since.getTime()) / DAY)
  if (day(now.getTime()) === day(now.getTime() - everyMs)) return []
  return [standingMessage({ secret, state: 'standing', condition, since: undefined, repeatedInMs: DAY })]
}
