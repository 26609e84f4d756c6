import type { Condition } from './condition.ts'
import { type Message, overMessage, standingMessage } from './message.ts'
import { formatTold, intervalAfter, readTold, type Told } from './told.ts'

export interface Telling {
  readonly messages: readonly Message[]
  /** What the `told` tag must say for it; undefined when it says so already. */
  readonly tag: string | undefined
}

export interface TellingOptions {
  readonly now: Date
  /** Tells what is new and nothing else: events may come side by side, and sweeps do not. */
  readonly raiseOnly?: boolean
}

/**
 * What to tell of a secret, given what stands and what people have heard: a condition once, again in growing intervals
 * while it stands, and once that it is over.
 */
export function telling(
  secret: string,
  conditions: readonly Condition[],
  tag: string | undefined,
  { now, raiseOnly = false }: TellingOptions,
): Telling {
  const before = readTold(tag)
  const after = new Map<string, Told>()
  const messages: Message[] = []
  for (const condition of conditions) {
    const told = before.get(condition.code) ?? { since: condition.since, last: now, count: 0 }
    const due = told.last.getTime() + (told.count === 0 ? (condition.patienceMs ?? 0) : intervalAfter(told.count))
    if (now.getTime() < due || (raiseOnly && told.count > 0)) {
      after.set(condition.code, told)
      continue
    }
    const count = told.count + 1
    const state = count === 1 ? 'raised' : 'standing'
    const repeatedInMs = intervalAfter(count)
    messages.push(standingMessage({ secret, state, condition, since: told.since, repeatedInMs }))
    after.set(condition.code, { since: told.since, last: now, count })
  }
  for (const [code, told] of before) {
    if (after.has(code)) continue
    if (raiseOnly) after.set(code, told)
    else if (told.count > 0) messages.push(overMessage(secret, code, told.since, now))
  }
  const value = formatTold(after)
  return { messages, tag: value === (tag ?? '') ? undefined : value }
}
