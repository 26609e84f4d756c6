import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'

const schema = z.object({ NextToken: z.string().optional() })

export const listTopics: Operation = (input, call) => {
  parseInput(schema, input, 'InvalidParameter')
  call.authorize('sns:ListTopics', '*')
  return { Topics: Object.keys(call.cloud.state.sns.topics).map((TopicArn) => ({ TopicArn })) }
}
