import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { own } from '../own.ts'
import type { ScheduleRecord } from './state.ts'

export const scheduleKey = (group: string, name: string): string => `${group}/${name}`

export const scheduleArn = ({ region, accountId }: Cloud, group: string, name: string): string =>
  `arn:aws:scheduler:${region}:${accountId}:schedule/${group}/${name}`

export const groupArn = ({ region, accountId }: Cloud, group: string): string =>
  `arn:aws:scheduler:${region}:${accountId}:schedule-group/${group}`

/** @throws ServiceError `ResourceNotFoundException` */
export function findSchedule(cloud: Cloud, group: string, name: string): ScheduleRecord {
  const schedule = own(cloud.state.scheduler.schedules, scheduleKey(group, name))
  if (schedule) return schedule
  throw new ServiceError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404)
}
