import type { Service } from '../service.ts'
import { deleteAlarms } from './operations/delete-alarms.ts'
import { describeAlarms } from './operations/describe-alarms.ts'
import { getMetricData } from './operations/get-metric-data.ts'
import { getMetricStatistics } from './operations/get-metric-statistics.ts'
import { listMetrics } from './operations/list-metrics.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { putMetricAlarm } from './operations/put-metric-alarm.ts'
import { putMetricData } from './operations/put-metric-data.ts'
import { protocols } from './protocols.ts'

/** CloudWatch metrics and alarms. */
export const cloudwatch: Service = {
  name: 'monitoring',
  protocols,
  operations: {
    DeleteAlarms: deleteAlarms,
    DescribeAlarms: describeAlarms,
    GetMetricData: getMetricData,
    GetMetricStatistics: getMetricStatistics,
    ListMetrics: listMetrics,
    ListTagsForResource: listTagsForResource,
    PutMetricAlarm: putMetricAlarm,
    PutMetricData: putMetricData,
  },
}
