import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'

const schema = z.object({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string().optional() })).default([]),
})

export const listMetrics: Operation = (input, call) => {
  const { Namespace, MetricName, Dimensions } = parseInput(schema, input, 'InvalidParameterValueException')
  call.authorize('cloudwatch:ListMetrics', '*')
  const found = Object.values(call.cloud.state.cloudwatch.metrics)
    .filter(({ namespace }) => Namespace === undefined || namespace === Namespace)
    .filter(({ name }) => MetricName === undefined || name === MetricName)
    .filter(({ dimensions }) =>
      Dimensions.every(({ Name, Value }) =>
        dimensions.some((each) => each.Name === Name && (Value === undefined || each.Value === Value)),
      ),
    )
  return {
    Metrics: found.map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensions,
    })),
  }
}
