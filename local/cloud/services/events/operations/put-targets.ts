import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRule } from '../find-rule.ts'
import { busName, ruleName } from '../input.ts'
import type { TargetRecord } from '../state.ts'

const MAX_TARGETS = 5
const unsupported = (what: string) => z.never(`${what} is not implemented by the local cloud: leave it out`).optional()

const target = z.object({
  Id: z.string().min(1).max(64),
  Arn: z.string().regex(/^arn:aws:(lambda|sns):/, 'the local cloud delivers to Lambda functions and SNS topics'),
  Input: z.string().max(8192).optional(),
  InputPath: z.string().regex(/^\$/, 'a JSONPath such as $.detail').optional(),
  InputTransformer: z
    .object({ InputPathsMap: z.record(z.string(), z.string()).default({}), InputTemplate: z.string().min(1).max(8192) })
    .optional(),
  RoleArn: unsupported('RoleArn'),
  DeadLetterConfig: unsupported('DeadLetterConfig'),
  RetryPolicy: z.unknown().optional(),
})
const schema = z.object({
  Rule: ruleName,
  EventBusName: busName,
  Targets: z.array(target).min(1).max(10),
})

export const putTargets: Operation = (input, call) => {
  const { Rule, Targets } = parseInput(schema, input)
  const rule = findRule(call.cloud, Rule)
  call.authorize('events:PutTargets', rule.arn)
  const added = Targets.map(readTarget)
  const kept = rule.targets.filter(({ id }) => !added.some((each) => each.id === id))
  if (kept.length + added.length > MAX_TARGETS) {
    throw new ServiceError('LimitExceededException', `A rule has at most ${MAX_TARGETS} targets.`)
  }
  rule.targets = [...kept, ...added]
  return { FailedEntryCount: 0, FailedEntries: [] }
}

function readTarget({ Id, Arn, Input, InputPath, InputTransformer }: z.infer<typeof target>): TargetRecord {
  const ways = [Input, InputPath, InputTransformer].filter((way) => way !== undefined)
  if (ways.length > 1) {
    throw new ServiceError(
      'ValidationException',
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`,
    )
  }
  if (Input !== undefined) checkJson(Input, Id)
  return {
    id: Id,
    arn: Arn,
    ...(Input !== undefined && { input: Input }),
    ...(InputPath !== undefined && { inputPath: InputPath }),
    ...(InputTransformer && {
      transformer: { paths: InputTransformer.InputPathsMap, template: InputTransformer.InputTemplate },
    }),
  }
}

function checkJson(input: string, id: string): void {
  try {
    JSON.parse(input)
  } catch {
    throw new ServiceError('ValidationException', `Input for target ${id} is not valid JSON text.`)
  }
}
