import type { Cloud } from '../../cloud.ts'
import type { FoundSubscription } from './find-topic.ts'

export const renderSubscription = ({ accountId }: Cloud, { topic, subscription }: FoundSubscription) => ({
  SubscriptionArn: subscription.arn,
  Owner: accountId,
  Protocol: subscription.protocol,
  Endpoint: subscription.endpoint,
  TopicArn: topic.arn,
})
