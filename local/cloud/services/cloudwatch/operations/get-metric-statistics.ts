import { z } from 'zod'
import { SECOND } from '../../../../../core/clock.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { dimensions, moment, period } from '../input.ts'
import { findMetric } from '../metrics.ts'
import { STATISTICS, summarise } from '../statistics.ts'

const schema = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensions.default([]),
  StartTime: moment,
  EndTime: moment,
  Period: period,
  Statistics: z.array(z.enum(STATISTICS)).min(1),
  ExtendedStatistics: z.never('percentiles are not implemented by the local cloud').optional(),
  Unit: z.string().optional(),
})

export const getMetricStatistics: Operation = (input, call) => {
  const { Namespace, MetricName, Dimensions, StartTime, EndTime, Period, Statistics, Unit } = parseInput(
    schema,
    input,
    'InvalidParameterValueException',
  )
  call.authorize('cloudwatch:GetMetricStatistics', '*')
  const metric = findMetric(call.cloud, { namespace: Namespace, name: MetricName, dimensions: Dimensions })
  const points = (metric?.points ?? []).filter(({ unit }) => Unit === undefined || unit === Unit)
  return {
    Label: MetricName,
    Datapoints: summarise(points, StartTime, EndTime, Period * SECOND).map(({ start, unit, values }) => ({
      Timestamp: new Date(start),
      Unit: unit,
      ...Object.fromEntries(Statistics.map((statistic) => [statistic, values[statistic]])),
    })),
  }
}
