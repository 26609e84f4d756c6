import type { Cloud } from '../../cloud.ts'
import { deliver } from './deliver.ts'
import { readPattern } from './pattern.ts'
import type { EventRecord, RuleRecord } from './state.ts'
import type { CloudEvent, EventsPort } from './types.ts'

const KEPT_EVENTS = 500

/** The default event bus of a cloud. */
export const createEvents = (cloud: Cloud): EventsPort => ({
  emit: (event) => emitEvent(cloud, event),
})

/** Puts an event on the bus and delivers it to every matching rule's targets in the background. */
export function emitEvent(cloud: Cloud, event: CloudEvent): void {
  const record: EventRecord = {
    version: '0',
    id: cloud.random.uuid(),
    'detail-type': event.detailType,
    source: event.source,
    account: cloud.accountId,
    time: `${cloud.clock.now().toISOString().slice(0, 19)}Z`,
    region: cloud.region,
    resources: event.resources ?? [],
    // A copy: the bus must not see what its sender changes afterwards.
    detail: structuredClone(event.detail),
  }
  const { events } = cloud.state
  events.recent = [...events.recent, record].slice(-KEPT_EVENTS)
  for (const rule of Object.values(events.rules)) {
    if (rule.enabled && matchesRule(rule, record)) deliver(cloud, rule, record)
  }
  cloud.changed()
}

const matchesRule = ({ pattern }: RuleRecord, event: EventRecord): boolean =>
  pattern !== undefined && readPattern(pattern)(event)
