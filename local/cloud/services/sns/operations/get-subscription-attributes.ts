import { z } from 'zod'
import { XmlMap } from '../../../protocol/xml.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findSubscription } from '../find-topic.ts'
import { renderSubscription } from '../render-subscription.ts'
import { policyOf } from '../topic-policy.ts'

const schema = z.object({ SubscriptionArn: z.string() })

export const getSubscriptionAttributes: Operation = (input, call) => {
  const { SubscriptionArn } = parseInput(schema, input, 'InvalidParameter')
  const found = findSubscription(call.cloud, SubscriptionArn)
  const { topic, subscription } = found
  call.authorize('sns:GetSubscriptionAttributes', topic.arn, {}, { resourcePolicy: policyOf(call.cloud, topic) })
  return {
    Attributes: new XmlMap({
      ...renderSubscription(call.cloud, found),
      RawMessageDelivery: 'false',
      ...subscription.attributes,
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
    }),
  }
}
