import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { ruleArn } from '../find-rule.ts'
import { busName } from '../input.ts'
import { renderRule } from '../render-rule.ts'

const schema = z.object({ NamePrefix: z.string().default(''), EventBusName: busName })

export const listRules: Operation = (input, call) => {
  const { NamePrefix } = parseInput(schema, input)
  call.authorize('events:ListRules', ruleArn(call.cloud, '*'))
  const rules = Object.values(call.cloud.state.events.rules).filter(({ name }) => name.startsWith(NamePrefix))
  return { Rules: rules.map(renderRule) }
}
