import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRule } from '../find-rule.ts'
import { ruleOfArn } from '../rule-of-arn.ts'

const schema = z.object({ ResourceARN: z.string(), TagKeys: z.array(z.string()) })

export const untagResource: Operation = (input, call) => {
  const { ResourceARN, TagKeys } = parseInput(schema, input)
  call.authorize('events:UntagResource', ResourceARN)
  const { tags } = findRule(call.cloud, ruleOfArn(ResourceARN))
  for (const key of TagKeys) delete tags[key]
}
