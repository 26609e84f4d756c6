import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRule } from '../find-rule.ts'
import { ruleOfArn } from '../rule-of-arn.ts'

const schema = z.object({ ResourceARN: z.string() })

export const listTagsForResource: Operation = (input, call) => {
  const { ResourceARN } = parseInput(schema, input)
  call.authorize('events:ListTagsForResource', ResourceARN)
  const { tags } = findRule(call.cloud, ruleOfArn(ResourceARN))
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}
