import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findSubscription } from '../find-topic.ts'
import { policyOf } from '../topic-policy.ts'

const schema = z.object({ SubscriptionArn: z.string() })

export const unsubscribe: Operation = (input, call) => {
  const { SubscriptionArn } = parseInput(schema, input, 'InvalidParameter')
  const { topic, subscription } = findSubscription(call.cloud, SubscriptionArn)
  call.authorize('sns:Unsubscribe', topic.arn, {}, { resourcePolicy: policyOf(call.cloud, topic) })
  topic.subscriptions = topic.subscriptions.filter((each) => each !== subscription)
}
