import { z } from 'zod'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { policyOf } from '../topic-policy.ts'

const schema = z.object({ TopicArn: z.string() })

/** A topic that is already gone counts as deleted. */
export const deleteTopic: Operation = (input, call) => {
  const { TopicArn } = parseInput(schema, input, 'InvalidParameter')
  const { topics } = call.cloud.state.sns
  const topic = own(topics, TopicArn)
  call.authorize('sns:DeleteTopic', TopicArn, {}, { resourcePolicy: topic && policyOf(call.cloud, topic) })
  delete topics[TopicArn]
}
