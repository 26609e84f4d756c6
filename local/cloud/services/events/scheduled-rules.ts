import type { Cloud } from '../../cloud.ts'
import { nextOccurrence } from '../../schedule-expression.ts'
import { namedTimers } from '../named-timers.ts'
import { deliver } from './deliver.ts'
import type { EventRecord, RuleRecord } from './state.ts'

const timers = namedTimers()

/** Sets a scheduled rule's timer by its state; a rule that is disabled or has no schedule gets none. */
export function scheduleRule(cloud: Cloud, rule: RuleRecord, after = cloud.clock.now()): void {
  timers.cancel(cloud, rule.name)
  delete rule.nextAt
  if (rule.schedule === undefined || !rule.enabled) return
  const next = nextOccurrence(rule.schedule, after)
  if (!next) return
  rule.nextAt = next.toISOString()
  timers.set(cloud, rule.name, next, () => {
    scheduleRule(cloud, rule, next)
    deliver(cloud, rule, scheduledEvent(cloud, rule, next))
    cloud.changed()
  })
}

/** Sets every rule's timer after a start. What was due while the cloud was down does not fire. */
export function resumeRules(cloud: Cloud): void {
  for (const rule of Object.values(cloud.state.events.rules)) scheduleRule(cloud, rule)
}

export const stopRules = (cloud: Cloud): void => timers.cancelAll(cloud)

const scheduledEvent = (cloud: Cloud, rule: RuleRecord, time: Date): EventRecord => ({
  version: '0',
  id: cloud.random.uuid(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: cloud.accountId,
  time: `${time.toISOString().slice(0, 19)}Z`,
  region: cloud.region,
  resources: [rule.arn],
  detail: {},
})
