import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRule } from '../find-rule.ts'
import { busName, ruleName } from '../input.ts'

const schema = z.object({
  Rule: ruleName,
  EventBusName: busName,
  Ids: z.array(z.string()).min(1),
  Force: z.boolean().optional(),
})

export const removeTargets: Operation = (input, call) => {
  const { Rule, Ids } = parseInput(schema, input)
  const rule = findRule(call.cloud, Rule)
  call.authorize('events:RemoveTargets', rule.arn)
  rule.targets = rule.targets.filter(({ id }) => !Ids.includes(id))
  return { FailedEntryCount: 0, FailedEntries: [] }
}
