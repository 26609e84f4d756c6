import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { ruleArn } from '../find-rule.ts'
import { busName, ruleName } from '../input.ts'
import { scheduleRule } from '../scheduled-rules.ts'

const schema = z.object({ Name: ruleName, EventBusName: busName, Force: z.boolean().optional() })

/** A rule that is already gone counts as deleted. */
export const deleteRule: Operation = (input, call) => {
  const { Name } = parseInput(schema, input)
  const { cloud } = call
  call.authorize('events:DeleteRule', ruleArn(cloud, Name))
  const rule = own(cloud.state.events.rules, Name)
  if (!rule) return
  if (rule.targets.length > 0) {
    throw new ServiceError('ValidationException', "Rule can't be deleted since it has targets.")
  }
  rule.enabled = false
  scheduleRule(cloud, rule)
  delete cloud.state.events.rules[Name]
}
