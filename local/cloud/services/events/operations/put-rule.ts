import { z } from 'zod'
import { KeyturnError } from '../../../../../core/errors.ts'
import { ServiceError } from '../../../protocol/service-error.ts'
import { nextOccurrence } from '../../../schedule-expression.ts'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { ruleArn } from '../find-rule.ts'
import { busName, ruleName, tagRecord, tags } from '../input.ts'
import { readPattern } from '../pattern.ts'
import { scheduleRule } from '../scheduled-rules.ts'

const schema = z.object({
  Name: ruleName,
  EventBusName: busName,
  EventPattern: z.string().max(4096).optional(),
  ScheduleExpression: z.string().max(256).optional(),
  Description: z.string().max(512).optional(),
  State: z.enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']).default('ENABLED'),
  RoleArn: z
    .never('roles of rules are not implemented by the local cloud: targets decide by their policies')
    .optional(),
  Tags: tags.default([]),
})

export const putRule: Operation = (input, call) => {
  const { Name, EventPattern, ScheduleExpression, Description, State, Tags } = parseInput(schema, input)
  const { cloud } = call
  const arn = ruleArn(cloud, Name)
  call.authorize('events:PutRule', arn)
  if (EventPattern === undefined && ScheduleExpression === undefined) {
    throw new ServiceError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.')
  }
  if (EventPattern !== undefined) readPattern(EventPattern)
  if (ScheduleExpression !== undefined) checkSchedule(ScheduleExpression, cloud.clock.now())
  const existing = own(cloud.state.events.rules, Name)
  const rule = {
    name: Name,
    arn,
    ...(EventPattern !== undefined && { pattern: EventPattern }),
    ...(ScheduleExpression !== undefined && { schedule: ScheduleExpression }),
    ...(Description !== undefined && { description: Description }),
    enabled: State !== 'DISABLED',
    tags: existing?.tags ?? tagRecord(Tags),
    targets: existing?.targets ?? [],
  }
  cloud.state.events.rules[Name] = rule
  scheduleRule(cloud, rule)
  return { RuleArn: arn }
}

function checkSchedule(expression: string, now: Date): void {
  try {
    if (!expression.startsWith('at(') && nextOccurrence(expression, now) !== undefined) return
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error
    throw new ServiceError('ValidationException', `Parameter ScheduleExpression is not valid. ${error.message}`)
  }
  throw new ServiceError('ValidationException', 'Parameter ScheduleExpression is not valid: it never fires again.')
}
