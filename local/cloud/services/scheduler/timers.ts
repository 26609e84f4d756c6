import type { Cloud } from '../../cloud.ts'
import { namedTimers } from '../named-timers.ts'
import { scheduleKey } from './find-schedule.ts'
import { invokeTarget } from './invoke-target.ts'
import { nextFiring } from './occurrences.ts'
import type { ScheduleRecord } from './state.ts'

const timers = namedTimers()

/** Sets when a schedule fires next; undefined takes its timer away. */
export function armSchedule(cloud: Cloud, schedule: ScheduleRecord, next: Date | undefined): void {
  const key = scheduleKey(schedule.group, schedule.name)
  timers.cancel(cloud, key)
  delete schedule.nextAt
  if (next === undefined || !schedule.settings.enabled) return
  schedule.nextAt = next.toISOString()
  timers.set(cloud, key, next, () => fire(cloud, schedule, next))
}

async function fire(cloud: Cloud, schedule: ScheduleRecord, due: Date): Promise<void> {
  const next = nextFiring(schedule.settings, due)
  armSchedule(cloud, schedule, next)
  if (next === undefined && schedule.settings.deleteAfterCompletion) {
    delete cloud.state.scheduler.schedules[scheduleKey(schedule.group, schedule.name)]
  }
  cloud.changed()
  await invokeTarget(cloud, schedule, { due, attempt: 1 })
}

/** Sets every timer after a start. A firing that was due while the cloud was down is left out. */
export function resumeSchedules(cloud: Cloud): void {
  const now = cloud.clock.now()
  for (const schedule of Object.values(cloud.state.scheduler.schedules)) {
    const saved = schedule.nextAt === undefined ? undefined : new Date(schedule.nextAt)
    armSchedule(cloud, schedule, saved && saved > now ? saved : saved && nextFiring(schedule.settings, now))
  }
}

export const stopSchedules = (cloud: Cloud): void => timers.cancelAll(cloud)
