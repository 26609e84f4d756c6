import { restJson } from '../../protocol/rest-json.ts'
import type { Service } from '../service.ts'
import { createSchedule } from './operations/create-schedule.ts'
import { deleteSchedule } from './operations/delete-schedule.ts'
import { getSchedule } from './operations/get-schedule.ts'
import { updateSchedule } from './operations/update-schedule.ts'
import { resumeSchedules, stopSchedules } from './timers.ts'

/** EventBridge Scheduler. */
export const scheduler: Service = {
  name: 'scheduler',
  protocol: restJson([
    { method: 'POST', path: '/schedules/{Name}', operation: 'CreateSchedule' },
    { method: 'GET', path: '/schedules/{Name}', operation: 'GetSchedule' },
    { method: 'PUT', path: '/schedules/{Name}', operation: 'UpdateSchedule' },
    { method: 'DELETE', path: '/schedules/{Name}', operation: 'DeleteSchedule' },
  ]),
  operations: {
    CreateSchedule: createSchedule,
    DeleteSchedule: deleteSchedule,
    GetSchedule: getSchedule,
    UpdateSchedule: updateSchedule,
  },
  start: resumeSchedules,
  stop: stopSchedules,
}
