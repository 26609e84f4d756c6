import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findTopic } from '../find-topic.ts'
import { renderSubscription } from '../render-subscription.ts'
import { policyOf } from '../topic-policy.ts'

const schema = z.object({ TopicArn: z.string(), NextToken: z.string().optional() })

export const listSubscriptionsByTopic: Operation = (input, call) => {
  const { TopicArn } = parseInput(schema, input, 'InvalidParameter')
  const topic = findTopic(call.cloud, TopicArn)
  call.authorize('sns:ListSubscriptionsByTopic', topic.arn, {}, { resourcePolicy: policyOf(call.cloud, topic) })
  const found = topic.subscriptions.map((subscription) => renderSubscription(call.cloud, { topic, subscription }))
  return { Subscriptions: found }
}
