import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findTopic } from '../find-topic.ts'

const schema = z.object({ ResourceArn: z.string(), TagKeys: z.array(z.string()) })

export const untagResource: Operation = (input, call) => {
  const { ResourceArn, TagKeys } = parseInput(schema, input, 'InvalidParameter')
  call.authorize('sns:UntagResource', ResourceArn)
  const { tags } = findTopic(call.cloud, ResourceArn)
  for (const key of TagKeys) delete tags[key]
}
