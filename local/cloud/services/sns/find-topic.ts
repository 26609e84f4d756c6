import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { own } from '../own.ts'
import type { SubscriptionRecord, TopicRecord } from './state.ts'

export const topicArn = ({ region, accountId }: Cloud, name: string): string =>
  `arn:aws:sns:${region}:${accountId}:${name}`

/** @throws ServiceError `NotFound` */
export function findTopic(cloud: Cloud, arn: string): TopicRecord {
  const topic = own(cloud.state.sns.topics, arn)
  if (topic) return topic
  throw new ServiceError('NotFound', 'Topic does not exist', 404)
}

export interface FoundSubscription {
  readonly topic: TopicRecord
  readonly subscription: SubscriptionRecord
}

/** @throws ServiceError `NotFound` */
export function findSubscription(cloud: Cloud, arn: string): FoundSubscription {
  for (const topic of Object.values(cloud.state.sns.topics)) {
    const subscription = topic.subscriptions.find((each) => each.arn === arn)
    if (subscription) return { topic, subscription }
  }
  throw new ServiceError('NotFound', 'Subscription does not exist', 404)
}
