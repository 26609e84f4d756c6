import { ServiceError } from '../../../protocol/service-error.ts'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { scheduleArn, scheduleKey } from '../find-schedule.ts'
import { groupName, readSettings, scheduleName, settings } from '../input.ts'
import { firstFiring } from '../occurrences.ts'
import { armSchedule } from '../timers.ts'

const schema = settings.extend({ Name: scheduleName, GroupName: groupName })

export const createSchedule: Operation = (input, call) => {
  const parsed = parseInput(schema, input)
  const { Name, GroupName } = parsed
  const { cloud } = call
  const arn = scheduleArn(cloud, GroupName, Name)
  call.authorize('scheduler:CreateSchedule', arn)
  const { schedules } = cloud.state.scheduler
  if (own(schedules, scheduleKey(GroupName, Name))) {
    throw new ServiceError('ConflictException', `Schedule ${Name} already exists.`, 409)
  }
  const now = cloud.clock.now()
  const schedule = {
    name: Name,
    group: GroupName,
    arn,
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    settings: readSettings(parsed, now),
  }
  schedules[scheduleKey(GroupName, Name)] = schedule
  armSchedule(cloud, schedule, firstFiring(schedule.settings, now))
  return { ScheduleArn: arn }
}
