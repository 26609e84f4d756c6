import { json } from '../../protocol/json.ts'
import type { Service } from '../service.ts'
import { createLogGroup } from './operations/create-log-group.ts'
import { createLogStream } from './operations/create-log-stream.ts'
import { deleteLogGroup } from './operations/delete-log-group.ts'
import { deleteLogStream } from './operations/delete-log-stream.ts'
import { deleteRetentionPolicy } from './operations/delete-retention-policy.ts'
import { describeLogGroups } from './operations/describe-log-groups.ts'
import { describeLogStreams } from './operations/describe-log-streams.ts'
import { filterLogEvents } from './operations/filter-log-events.ts'
import { getLogEvents } from './operations/get-log-events.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { putLogEvents } from './operations/put-log-events.ts'
import { putRetentionPolicy } from './operations/put-retention-policy.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'

/** CloudWatch Logs: where functions and tasks write, each under its own role. */
export const logs: Service = {
  name: 'logs',
  protocols: [json],
  operations: {
    CreateLogGroup: createLogGroup,
    CreateLogStream: createLogStream,
    DeleteLogGroup: deleteLogGroup,
    DeleteLogStream: deleteLogStream,
    DeleteRetentionPolicy: deleteRetentionPolicy,
    DescribeLogGroups: describeLogGroups,
    DescribeLogStreams: describeLogStreams,
    FilterLogEvents: filterLogEvents,
    GetLogEvents: getLogEvents,
    ListTagsForResource: listTagsForResource,
    PutLogEvents: putLogEvents,
    PutRetentionPolicy: putRetentionPolicy,
    TagResource: tagResource,
    UntagResource: untagResource,
  },
}
