import { DAY } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { own } from '../own.ts'
import type { LogEventRecord, LogGroupRecord, LogStreamRecord } from './state.ts'

/** @throws ServiceError `ResourceNotFoundException` */
export function findGroup(cloud: Cloud, name: string): LogGroupRecord {
  const group = own(cloud.state.logs.groups, name)
  if (group) return group
  throw new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.')
}

/** @throws ServiceError `ResourceNotFoundException` */
export function findStream(group: LogGroupRecord, name: string): LogStreamRecord {
  const stream = own(group.streams, name)
  if (stream) return stream
  throw new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.')
}

/** A stream's events that the group's retention still keeps. */
export function keptEvents(cloud: Cloud, group: LogGroupRecord, stream: LogStreamRecord): LogEventRecord[] {
  if (group.retentionDays === undefined) return stream.events
  const oldest = cloud.clock.now().getTime() - group.retentionDays * DAY
  return stream.events.filter(({ timestamp }) => timestamp >= oldest)
}
