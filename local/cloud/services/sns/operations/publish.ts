import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findTopic } from '../find-topic.ts'
import { publishMessage } from '../publish-message.ts'
import { policyOf } from '../topic-policy.ts'

const MAX_BYTES = 256 * 1024

const attribute = z.object({
  DataType: z
    .string()
    .regex(/^(String|Number|Binary)(\..+)?$|^String\.Array$/, 'String, String.Array, Number or Binary'),
  StringValue: z.string().optional(),
  BinaryValue: z.string().optional(),
})
const schema = z.object({
  TopicArn: z.string().optional(),
  TargetArn: z.string().optional(),
  PhoneNumber: z.never('text messages are not implemented by the local cloud').optional(),
  Message: z.string().min(1),
  Subject: z
    .string()
    .max(100)
    .regex(/^[ -~]*$/, 'printable ASCII, 100 characters at most')
    .optional(),
  MessageStructure: z.enum(['json', '']).optional(),
  MessageAttributes: z.record(z.string(), attribute).default({}),
})

export const publish: Operation = (input, call) => {
  const { TopicArn, TargetArn, Message, Subject, MessageStructure, MessageAttributes } = parseInput(
    schema,
    input,
    'InvalidParameter',
  )
  const { cloud } = call
  const arn = TopicArn ?? TargetArn ?? ''
  const topic = own(cloud.state.sns.topics, arn)
  call.authorize('sns:Publish', arn, {}, { resourcePolicy: topic && policyOf(cloud, topic) })
  const message = MessageStructure === 'json' ? defaultText(Message) : Message
  if (Buffer.byteLength(message) > MAX_BYTES) {
    throw new ServiceError('InvalidParameter', 'Invalid parameter: Message too long')
  }
  const attributes = Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    { Type: DataType, Value: StringValue ?? BinaryValue ?? '' },
  ])
  const id = publishMessage(cloud, findTopic(cloud, arn), {
    publisher: call.principal.arn,
    message,
    subject: Subject,
    attributes: Object.fromEntries(attributes),
  })
  return { MessageId: id }
}

/** One text for every protocol: the local cloud uses the default of a per-protocol message. */
function defaultText(message: string): string {
  try {
    const texts: unknown = JSON.parse(message)
    const text = typeof texts === 'object' && texts !== null && 'default' in texts ? texts.default : undefined
    if (typeof text === 'string') return text
  } catch {
    // Not JSON: refused below with the same words as JSON without a default.
  }
  throw new ServiceError(
    'InvalidParameter',
    'Invalid parameter: Message Structure - No default entry in JSON message body',
  )
}
