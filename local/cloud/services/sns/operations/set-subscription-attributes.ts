import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findSubscription } from '../find-topic.ts'
import { checkSubscriptionAttribute } from '../subscription-attributes.ts'
import { policyOf } from '../topic-policy.ts'

const schema = z.object({
  SubscriptionArn: z.string(),
  AttributeName: z.string(),
  AttributeValue: z.string().default(''),
})

export const setSubscriptionAttributes: Operation = (input, call) => {
  const { SubscriptionArn, AttributeName, AttributeValue } = parseInput(schema, input, 'InvalidParameter')
  const { topic, subscription } = findSubscription(call.cloud, SubscriptionArn)
  call.authorize('sns:SetSubscriptionAttributes', topic.arn, {}, { resourcePolicy: policyOf(call.cloud, topic) })
  checkSubscriptionAttribute(AttributeName, AttributeValue)
  subscription.attributes[AttributeName] = AttributeValue
}
