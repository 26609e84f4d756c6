import { json } from '../../protocol/json.ts'
import type { Service } from '../service.ts'
import { createLogGroup } from './operations/create-log-group.ts'
import { createLogStream } from './operations/create-log-stream.ts'
import { deleteLogGroup } from './operations/delete-log-group.ts'
import { deleteRetentionPolicy } from './operations/delete-retention-policy.ts'
import { describeLogGroups } from './operations/describe-log-groups.ts'
import { filterLogEvents } from './operations/filter-log-events.ts'
import { putLogEvents } from './operations/put-log-events.ts'
import { putRetentionPolicy } from './operations/put-retention-policy.ts'

/** CloudWatch Logs: where functions and tasks write, each under its own role. */
export const logs: Service = {
  name: 'logs',
  protocol: json,
  operations: {
    CreateLogGroup: createLogGroup,
    CreateLogStream: createLogStream,
    DeleteLogGroup: deleteLogGroup,
    DeleteRetentionPolicy: deleteRetentionPolicy,
    DescribeLogGroups: describeLogGroups,
    FilterLogEvents: filterLogEvents,
    PutLogEvents: putLogEvents,
    PutRetentionPolicy: putRetentionPolicy,
  },
}
