import type { RuleRecord } from './state.ts'

export const renderRule = (rule: RuleRecord) => ({
  Name: rule.name,
  Arn: rule.arn,
  EventPattern: rule.pattern,
  ScheduleExpression: rule.schedule,
  Description: rule.description,
  State: rule.enabled ? 'ENABLED' : 'DISABLED',
  EventBusName: 'default',
})
