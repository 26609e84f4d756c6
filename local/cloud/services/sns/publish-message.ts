import type { Cloud } from '../../cloud.ts'
import { deliver } from './deliver.ts'
import type { MessageAttribute, TopicRecord } from './state.ts'

export interface Publication {
  /** ARN of who publishes. */
  readonly publisher: string
  readonly message: string
  readonly subject?: string | undefined
  readonly attributes?: Readonly<Record<string, MessageAttribute>>
}

/** Older messages of a topic are dropped beyond this. */
const KEPT_MESSAGES = 1_000

/** Keeps a message and delivers it to each subscription in the background. Returns its id. Asks no permission. */
export function publishMessage(cloud: Cloud, topic: TopicRecord, publication: Publication): string {
  const { publisher, message, subject, attributes = {} } = publication
  const record = {
    id: cloud.random.uuid(),
    at: cloud.clock.now().toISOString(),
    publisher,
    ...(subject !== undefined && { subject }),
    message,
    attributes,
    deliveries: {},
  }
  topic.messages = [...topic.messages, record].slice(-KEPT_MESSAGES)
  for (const subscription of topic.subscriptions) deliver(cloud, { topic, subscription, message: record, attempt: 1 })
  return record.id
}
