import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRule } from '../find-rule.ts'
import { busName, ruleName } from '../input.ts'
import { scheduleRule } from '../scheduled-rules.ts'

const schema = z.object({ Name: ruleName, EventBusName: busName })

export const enableRule: Operation = (input, call) => {
  const { Name } = parseInput(schema, input)
  const rule = findRule(call.cloud, Name)
  call.authorize('events:EnableRule', rule.arn)
  rule.enabled = true
  scheduleRule(call.cloud, rule)
}
