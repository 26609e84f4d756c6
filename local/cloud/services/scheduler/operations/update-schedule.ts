import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findSchedule, scheduleKey } from '../find-schedule.ts'
import { groupName, readSettings, scheduleName, settings } from '../input.ts'
import { nextFiring } from '../occurrences.ts'
import { armSchedule } from '../timers.ts'

const schema = settings.extend({ Name: scheduleName, GroupName: groupName })

/** Replaces all settings; a rate counts anew from now. */
export const updateSchedule: Operation = (input, call) => {
  const parsed = parseInput(schema, input)
  const { Name, GroupName } = parsed
  const { cloud } = call
  const existing = findSchedule(cloud, GroupName, Name)
  call.authorize('scheduler:UpdateSchedule', existing.arn)
  const now = cloud.clock.now()
  const schedule = { ...existing, updatedAt: now.toISOString(), settings: readSettings(parsed, now) }
  cloud.state.scheduler.schedules[scheduleKey(GroupName, Name)] = schedule
  armSchedule(cloud, schedule, nextFiring(schedule.settings, now))
  return { ScheduleArn: schedule.arn }
}
