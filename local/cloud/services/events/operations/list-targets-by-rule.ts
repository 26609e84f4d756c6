import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRule } from '../find-rule.ts'
import { busName, ruleName } from '../input.ts'

const schema = z.object({ Rule: ruleName, EventBusName: busName })

export const listTargetsByRule: Operation = (input, call) => {
  const { Rule } = parseInput(schema, input)
  const rule = findRule(call.cloud, Rule)
  call.authorize('events:ListTargetsByRule', rule.arn)
  return {
    Targets: rule.targets.map(({ id, arn, input, inputPath, transformer }) => ({
      Id: id,
      Arn: arn,
      Input: input,
      InputPath: inputPath,
      InputTransformer: transformer && { InputPathsMap: transformer.paths, InputTemplate: transformer.template },
    })),
  }
}
