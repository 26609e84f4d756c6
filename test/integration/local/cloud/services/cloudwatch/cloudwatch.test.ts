import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch'
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../../../../core/clock.ts'
import type { RunningCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { awsCli, withAwsCli } from '../../../../../helpers/aws-cli.ts'
import { clientOptions, startTestCloud } from '../iam/fixtures.ts'

const Namespace = 'Keyturn'
let running: RunningCloud
let cloudwatch: CloudWatchClient

beforeEach(async () => {
  running = await startTestCloud()
  cloudwatch = new CloudWatchClient(clientOptions(running))
})

afterEach(async () => {
  cloudwatch.destroy()
  await running.close()
})

const span = () => {
  const now = running.cloud.clock.now().getTime()
  return { StartTime: new Date(now - HOUR), EndTime: new Date(now + HOUR) }
}
const statistics = async (MetricName: string, more: object = {}) => {
  const { Datapoints } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace,
      MetricName,
      Period: 86_400,
      Statistics: ['Sum', 'SampleCount', 'Minimum', 'Maximum', 'Average'],
      ...span(),
      ...more,
    }),
  )
  return Datapoints ?? []
}

describe('metrics (E)', () => {
  it('are put, listed and summed up by dimension', async () => {
    const Dimensions = [{ Name: 'Secret', Value: 'openai' }]
    await cloudwatch.send(
      new PutMetricDataCommand({
        Namespace,
        MetricData: [
          { MetricName: 'Rotations', Dimensions, Value: 2, Unit: 'Count' },
          { MetricName: 'Rotations', Dimensions, Values: [1, 4], Counts: [3, 1] },
          { MetricName: 'Rotations', Value: 100 },
        ],
      }),
    )

    const [point] = await statistics('Rotations', { Dimensions })
    expect(point).toMatchObject({ Sum: 9, SampleCount: 5, Minimum: 1, Maximum: 4, Average: 1.8 })
    expect((await statistics('Rotations'))[0]?.Sum).toBe(100)
    const { Metrics } = await cloudwatch.send(new ListMetricsCommand({ Namespace, Dimensions: [{ Name: 'Secret' }] }))
    expect(Metrics).toEqual([{ Namespace, MetricName: 'Rotations', Dimensions }])
  })

  it('are read by GetMetricData, period by period', async () => {
    const start = Math.floor(running.cloud.clock.now().getTime() / MINUTE) * MINUTE
    const MetricData = [0, 0, 1].map((minute) => ({
      MetricName: 'Requests',
      Value: 1,
      Timestamp: new Date(start + minute * MINUTE),
    }))
    await cloudwatch.send(new PutMetricDataCommand({ Namespace, MetricData }))

    const { MetricDataResults } = await cloudwatch.send(
      new GetMetricDataCommand({
        ...span(),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: [
          { Id: 'r', MetricStat: { Metric: { Namespace, MetricName: 'Requests' }, Period: 60, Stat: 'Sum' } },
        ],
      }),
    )
    expect(MetricDataResults).toMatchObject([
      { Id: 'r', Values: [2, 1], Timestamps: [new Date(start), new Date(start + MINUTE)] },
    ])
  })

  it('are accepted from a body that the SDK compressed', async () => {
    const MetricData = Array.from({ length: 300 }, (_, index) => ({
      MetricName: 'Many',
      Dimensions: [{ Name: 'Index', Value: String(index % 2) }],
      Value: 1,
    }))
    await cloudwatch.send(new PutMetricDataCommand({ Namespace, MetricData }))

    const [point] = await statistics('Many', { Dimensions: [{ Name: 'Index', Value: '0' }] })
    expect(point?.Sum).toBe(150)
  })

  it('are taken from log lines in embedded metric format', async () => {
    const logs = new CloudWatchLogsClient(clientOptions(running))
    const stream = { logGroupName: 'fn', logStreamName: 's' }
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'fn' }))
    await logs.send(new CreateLogStreamCommand(stream))
    const timestamp = running.cloud.clock.now().getTime()
    const _aws = {
      Timestamp: timestamp,
      CloudWatchMetrics: [{ Namespace, Dimensions: [['Secret'], []], Metrics: [{ Name: 'Swept', Unit: 'Count' }] }],
    }
    const messages = [
      'plain',
      '{"CloudWatchMetrics": broken',
      JSON.stringify({ _aws, Secret: 'openai', Swept: [1, 2] }),
    ]
    await logs.send(
      new PutLogEventsCommand({ ...stream, logEvents: messages.map((message) => ({ timestamp, message })) }),
    )

    const [point] = await statistics('Swept', { Dimensions: [{ Name: 'Secret', Value: 'openai' }] })
    expect(point).toMatchObject({ Sum: 3, SampleCount: 2, Unit: 'Count' })
    expect((await statistics('Swept'))[0]?.Sum).toBe(3)
  })

  it.runIf(withAwsCli)('are put and read with the AWS CLI, which speaks the older protocol', async () => {
    const cli = awsCli(running.url)
    const aws = async (...args: string[]) => {
      const { status, stdout, stderr } = await cli('cloudwatch', ...args)
      if (status !== 0) throw new Error(stderr)
      return stdout === '' ? undefined : JSON.parse(stdout)
    }
    await aws(
      'put-metric-data',
      '--namespace',
      Namespace,
      '--metric-name',
      'Cli',
      '--value',
      '2.5',
      '--dimensions',
      'A=b',
    )
    const { StartTime, EndTime } = span()
    const read = ['--start-time', StartTime.toISOString(), '--end-time', EndTime.toISOString(), '--period', '86400']
    const metric = ['--namespace', Namespace, '--metric-name', 'Cli', '--dimensions', 'Name=A,Value=b']

    expect((await aws('get-metric-statistics', ...metric, ...read, '--statistics', 'Sum')).Datapoints[0].Sum).toBe(2.5)
    expect((await aws('list-metrics')).Metrics).toHaveLength(1)
    await expect(aws('list-dashboards')).rejects.toThrow(/monitoring.ListDashboards is not implemented/)
  })
})

describe('alarms (E)', () => {
  it('are kept, described and deleted', async () => {
    const alarm = {
      AlarmName: 'overdue',
      Namespace,
      MetricName: 'Overdue',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold' as const,
      EvaluationPeriods: 1,
      Period: 300,
      Statistic: 'Maximum' as const,
    }
    await cloudwatch.send(new PutMetricAlarmCommand(alarm))

    const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'over' }))
    expect(MetricAlarms).toMatchObject([{ ...alarm, StateValue: 'INSUFFICIENT_DATA' }])
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['overdue'] }))
    expect((await cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms).toEqual([])
    await expect(cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['overdue'] }))).rejects.toMatchObject({
      name: expect.stringMatching(/^ResourceNotFound/),
    })
  })
})
