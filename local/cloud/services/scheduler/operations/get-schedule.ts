import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findSchedule } from '../find-schedule.ts'
import { groupName, scheduleName } from '../input.ts'

const schema = z.object({ Name: scheduleName, groupName })

export const getSchedule: Operation = (input, call) => {
  const { Name, groupName: group } = parseInput(schema, input)
  const schedule = findSchedule(call.cloud, group, Name)
  call.authorize('scheduler:GetSchedule', schedule.arn)
  const { settings, createdAt, updatedAt } = schedule
  const { target } = settings
  return {
    Arn: schedule.arn,
    Name,
    GroupName: group,
    ScheduleExpression: settings.expression,
    ScheduleExpressionTimezone: settings.timezone,
    State: settings.enabled ? 'ENABLED' : 'DISABLED',
    Description: settings.description,
    StartDate: settings.startAt === undefined ? undefined : new Date(settings.startAt),
    EndDate: settings.endAt === undefined ? undefined : new Date(settings.endAt),
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: settings.deleteAfterCompletion ? 'DELETE' : 'NONE',
    CreationDate: new Date(createdAt),
    LastModificationDate: new Date(updatedAt),
    Target: {
      Arn: target.arn,
      RoleArn: target.roleArn,
      Input: target.input,
      RetryPolicy: { MaximumEventAgeInSeconds: target.maxAgeSeconds, MaximumRetryAttempts: target.maxRetries },
    },
  }
}
