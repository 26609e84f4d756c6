import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findTopic } from '../find-topic.ts'
import { tagRecord, tags } from '../input.ts'

const schema = z.object({ ResourceArn: z.string(), Tags: tags })

export const tagResource: Operation = (input, call) => {
  const { ResourceArn, Tags } = parseInput(schema, input, 'InvalidParameter')
  call.authorize('sns:TagResource', ResourceArn)
  Object.assign(findTopic(call.cloud, ResourceArn).tags, tagRecord(Tags))
}
