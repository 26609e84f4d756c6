import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRule } from '../find-rule.ts'
import { tagRecord, tags } from '../input.ts'
import { ruleOfArn } from '../rule-of-arn.ts'

const schema = z.object({ ResourceARN: z.string(), Tags: tags })

export const tagResource: Operation = (input, call) => {
  const { ResourceARN, Tags } = parseInput(schema, input)
  call.authorize('events:TagResource', ResourceARN)
  Object.assign(findRule(call.cloud, ruleOfArn(ResourceARN)).tags, tagRecord(Tags))
}
