import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRule } from '../find-rule.ts'
import { busName, ruleName } from '../input.ts'
import { renderRule } from '../render-rule.ts'

const schema = z.object({ Name: ruleName, EventBusName: busName })

export const describeRule: Operation = (input, call) => {
  const { Name } = parseInput(schema, input)
  const rule = findRule(call.cloud, Name)
  call.authorize('events:DescribeRule', rule.arn)
  return { ...renderRule(rule), CreatedBy: call.cloud.accountId }
}
