import { z } from 'zod'
import { SECOND } from '../../../../../core/clock.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { dimensions, flag, moment, period } from '../input.ts'
import { findMetric } from '../metrics.ts'
import { STATISTICS, summarise } from '../statistics.ts'

const dataQuery = z.object({
  Id: z.string(),
  Label: z.string().optional(),
  ReturnData: flag.default(true),
  Expression: z.never('metric math is not implemented by the local cloud: ask for a MetricStat').optional(),
  MetricStat: z.object({
    Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions.default([]) }),
    Period: period,
    Stat: z.enum(STATISTICS),
    Unit: z.string().optional(),
  }),
})
const schema = z.object({
  MetricDataQueries: z.array(dataQuery).min(1).max(500),
  StartTime: moment,
  EndTime: moment,
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).default('TimestampDescending'),
})

export const getMetricData: Operation = (input, call) => {
  const { MetricDataQueries, StartTime, EndTime, ScanBy } = parseInput(schema, input, 'InvalidParameterValueException')
  call.authorize('cloudwatch:GetMetricData', '*')
  const results = MetricDataQueries.filter(({ ReturnData }) => ReturnData).map(({ Id, Label, MetricStat }) => {
    const { Namespace, MetricName, Dimensions } = MetricStat.Metric
    const metric = findMetric(call.cloud, { namespace: Namespace, name: MetricName, dimensions: Dimensions })
    const periods = summarise(metric?.points ?? [], StartTime, EndTime, MetricStat.Period * SECOND)
    if (ScanBy === 'TimestampDescending') periods.reverse()
    return {
      Id,
      Label: Label ?? MetricName,
      StatusCode: 'Complete',
      Timestamps: periods.map(({ start }) => new Date(start)),
      Values: periods.map(({ values }) => values[MetricStat.Stat]),
    }
  })
  return { MetricDataResults: results, Messages: [] }
}
