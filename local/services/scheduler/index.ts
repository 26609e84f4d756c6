import { restJson } from '../../protocol/rest-json.ts'
import type { Service } from '../service.ts'
import { createSchedule } from './create-schedule.ts'
import { deleteSchedule } from './delete-schedule.ts'
import { getSchedule } from './get-schedule.ts'
import { listSchedules } from './list-schedules.ts'
import { resumeSchedules, stopSchedules } from './timers.ts'
import { updateSchedule } from './update-schedule.ts'

/** EventBridge Scheduler. */
export const scheduler: Service = {
  name: 'scheduler',
  protocols: [
    restJson([
      { method: 'GET', path: '/schedules', operation: 'ListSchedules' },
      { method: 'POST', path: '/schedules/{Name}', operation: 'CreateSchedule' },
      { method: 'GET', path: '/schedules/{Name}', operation: 'GetSchedule' },
      { method: 'PUT', path: '/schedules/{Name}', operation: 'UpdateSchedule' },
      { method: 'DELETE', path: '/schedules/{Name}', operation: 'DeleteSchedule' },
    ]),
  ],
  operations: {
    CreateSchedule: createSchedule,
    DeleteSchedule: deleteSchedule,
    GetSchedule: getSchedule,
    ListSchedules: listSchedules,
    UpdateSchedule: updateSchedule,
  },
  start: resumeSchedules,
  stop: stopSchedules,
}
