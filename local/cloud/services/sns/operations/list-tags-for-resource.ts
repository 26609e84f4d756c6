import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findTopic } from '../find-topic.ts'

const schema = z.object({ ResourceArn: z.string() })

export const listTagsForResource: Operation = (input, call) => {
  const { ResourceArn } = parseInput(schema, input, 'InvalidParameter')
  call.authorize('sns:ListTagsForResource', ResourceArn)
  const { tags } = findTopic(call.cloud, ResourceArn)
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}
