import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { dimensions, moment, number } from '../input.ts'
import { addPoints, pointOf } from '../metrics.ts'
import type { PointRecord } from '../state.ts'

const statistics = z.object({ SampleCount: number, Sum: number, Minimum: number, Maximum: number })
const datum = z.object({
  MetricName: z.string().min(1).max(255),
  Dimensions: dimensions.default([]),
  Timestamp: moment.optional(),
  Value: number.optional(),
  Values: z.array(number).max(150).optional(),
  Counts: z.array(number).max(150).optional(),
  StatisticValues: statistics.optional(),
  Unit: z.string().default('None'),
  StorageResolution: number.optional(),
})
const schema = z.object({
  Namespace: z.string().min(1).max(255).regex(/^[^:]/, 'must not begin with :'),
  MetricData: z.array(datum).max(1_000).default([]),
  StrictEntityValidation: z.unknown().optional(),
})

export const putMetricData: Operation = (input, call) => {
  const { Namespace, MetricData } = parseInput(schema, input, 'InvalidParameterValueException')
  call.authorize('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': Namespace })
  const now = call.cloud.clock.now().getTime()
  for (const item of MetricData) {
    const { MetricName: name, Dimensions } = item
    addPoints(call.cloud, { namespace: Namespace, name, dimensions: Dimensions }, pointsOf(item, item.Timestamp ?? now))
  }
}

function pointsOf({ Value, Values, Counts, StatisticValues, Unit }: z.infer<typeof datum>, at: number): PointRecord[] {
  if (StatisticValues) {
    const { SampleCount, Sum, Minimum, Maximum } = StatisticValues
    return [{ at, unit: Unit, sum: Sum, count: SampleCount, min: Minimum, max: Maximum }]
  }
  if (!Values) return Value === undefined ? [] : [pointOf(Value, at, Unit)]
  return Values.map((value, index) => {
    const count = Counts?.[index] ?? 1
    return { ...pointOf(value, at, Unit), sum: value * count, count }
  })
}
