import { z } from 'zod'
import { XmlMap } from '../../../protocol/xml.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findTopic } from '../find-topic.ts'
import { policyOf, policyText } from '../topic-policy.ts'

const schema = z.object({ TopicArn: z.string() })

export const getTopicAttributes: Operation = (input, call) => {
  const { TopicArn } = parseInput(schema, input, 'InvalidParameter')
  const topic = findTopic(call.cloud, TopicArn)
  call.authorize('sns:GetTopicAttributes', topic.arn, {}, { resourcePolicy: policyOf(call.cloud, topic) })
  return {
    Attributes: new XmlMap({
      ...topic.attributes,
      TopicArn,
      Owner: call.cloud.accountId,
      DisplayName: topic.attributes.DisplayName ?? '',
      Policy: policyText(call.cloud, topic),
      SubscriptionsConfirmed: String(topic.subscriptions.length),
      SubscriptionsPending: '0',
      SubscriptionsDeleted: '0',
    }),
  }
}
