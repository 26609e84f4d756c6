import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { scheduleArn } from '../find-schedule.ts'
import { groupName } from '../input.ts'

const schema = z.object({
  NamePrefix: z.string().default(''),
  ScheduleGroup: groupName,
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
})

export const listSchedules: Operation = (input, call) => {
  const { NamePrefix, State } = parseInput(schema, input)
  call.authorize('scheduler:ListSchedules', scheduleArn(call.cloud, '*', '*'))
  const found = Object.values(call.cloud.state.scheduler.schedules)
    .filter(({ name }) => name.startsWith(NamePrefix))
    .filter(({ settings }) => State === undefined || settings.enabled === (State === 'ENABLED'))
  return {
    Schedules: found.map(({ name, group, arn, settings, createdAt, updatedAt }) => ({
      Name: name,
      GroupName: group,
      Arn: arn,
      State: settings.enabled ? 'ENABLED' : 'DISABLED',
      CreationDate: new Date(createdAt),
      LastModificationDate: new Date(updatedAt),
      Target: { Arn: settings.target.arn },
    })),
  }
}
