import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findSchedule, scheduleKey } from '../find-schedule.ts'
import { groupName, scheduleName } from '../input.ts'
import { armSchedule } from '../timers.ts'

const schema = z.object({ Name: scheduleName, groupName })

export const deleteSchedule: Operation = (input, call) => {
  const { Name, groupName: group } = parseInput(schema, input)
  const { cloud } = call
  const schedule = findSchedule(cloud, group, Name)
  call.authorize('scheduler:DeleteSchedule', schedule.arn)
  armSchedule(cloud, schedule, undefined)
  delete cloud.state.scheduler.schedules[scheduleKey(group, Name)]
}
