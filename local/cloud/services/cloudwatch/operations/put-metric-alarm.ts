import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { alarmArn } from '../alarm-arn.ts'
import { dimensions, flag, number, period } from '../input.ts'

const schema = z.object({
  AlarmName: z.string().min(1).max(255),
  AlarmDescription: z.string().optional(),
  ActionsEnabled: flag.default(true),
  OKActions: z.array(z.string()).max(5).default([]),
  AlarmActions: z.array(z.string()).max(5).default([]),
  InsufficientDataActions: z.array(z.string()).max(5).default([]),
  MetricName: z.string().optional(),
  Namespace: z.string().optional(),
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  Dimensions: dimensions.default([]),
  Period: period.optional(),
  Unit: z.string().optional(),
  EvaluationPeriods: number.optional(),
  DatapointsToAlarm: number.optional(),
  Threshold: number.optional(),
  ComparisonOperator: z.string().optional(),
  TreatMissingData: z.string().optional(),
  Metrics: z.array(z.looseObject({ Id: z.string() })).optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
})

/** Keeps the alarm. It is not evaluated: its state stays INSUFFICIENT_DATA. */
export const putMetricAlarm: Operation = (input, call) => {
  const { AlarmName, Tags, ...settings } = parseInput(schema, input, 'InvalidParameterValueException')
  const { cloud } = call
  const arn = alarmArn(cloud, AlarmName)
  call.authorize('cloudwatch:PutMetricAlarm', arn)
  const { alarms } = cloud.state.cloudwatch
  alarms[AlarmName] = {
    name: AlarmName,
    arn,
    settings,
    updatedAt: cloud.clock.now().getTime(),
    tags: { ...alarms[AlarmName]?.tags, ...Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) },
  }
}
