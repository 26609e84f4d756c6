import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { topicArn } from '../find-topic.ts'
import { attributes, tagRecord, tags } from '../input.ts'
import { checkTopicAttribute } from '../topic-attributes.ts'

const schema = z.object({
  Name: z
    .string()
    .max(256)
    .regex(/^[\w-]+$/, 'up to 256 letters, digits, _ and -; FIFO topics are not implemented by the local cloud'),
  Attributes: attributes.default({}),
  Tags: tags.default([]),
})

/** Creating a topic again, with the same attributes, gives its ARN. */
export const createTopic: Operation = (input, call) => {
  const { Name, Attributes, Tags } = parseInput(schema, input, 'InvalidParameter')
  const { cloud } = call
  const arn = topicArn(cloud, Name)
  call.authorize('sns:CreateTopic', arn)
  for (const [name, value] of Object.entries(Attributes)) checkTopicAttribute(name, value)
  const existing = own(cloud.state.sns.topics, arn)
  if (existing && Object.entries(Attributes).some(([name, value]) => existing.attributes[name] !== value)) {
    throw new ServiceError(
      'InvalidParameter',
      'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    )
  }
  cloud.state.sns.topics[arn] ??= {
    arn,
    name: Name,
    attributes: Attributes,
    tags: tagRecord(Tags),
    subscriptions: [],
    messages: [],
  }
  return { TopicArn: arn }
}
