import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findTopic } from '../find-topic.ts'
import { checkTopicAttribute } from '../topic-attributes.ts'
import { policyOf } from '../topic-policy.ts'

const schema = z.object({ TopicArn: z.string(), AttributeName: z.string(), AttributeValue: z.string().default('') })

export const setTopicAttributes: Operation = (input, call) => {
  const { TopicArn, AttributeName, AttributeValue } = parseInput(schema, input, 'InvalidParameter')
  const topic = findTopic(call.cloud, TopicArn)
  call.authorize('sns:SetTopicAttributes', topic.arn, {}, { resourcePolicy: policyOf(call.cloud, topic) })
  checkTopicAttribute(AttributeName, AttributeValue)
  topic.attributes[AttributeName] = AttributeValue
}
