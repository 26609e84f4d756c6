import { z } from 'zod'
import type { Cloud } from '../../cloud.ts'
import { addPoints, pointOf } from './metrics.ts'

const header = z.object({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())).default([[]]),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string().default('None') })),
      }),
    ),
  }),
})
const values = z.union([z.number(), z.array(z.number())]).transform((value) => [value].flat())

/**
 * Takes the metrics out of a log line in embedded metric format; any other line is left alone.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function putMetricsFromLog(cloud: Cloud, line: string): void {
  if (!line.includes('"CloudWatchMetrics"')) return
  const document = parse(line)
  const found = header.safeParse(document)
  if (!found.success) return
  const { Timestamp, CloudWatchMetrics } = found.data._aws
  const members = document as Record<string, unknown>
  for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
    for (const { Name, Unit } of Metrics) {
      const read = values.safeParse(members[Name])
      if (!read.success) continue
      for (const names of Dimensions) {
        const dimensions = names.map((name) => ({ Name: name, Value: String(members[name]) }))
        const points = read.data.map((value) => pointOf(value, Timestamp, Unit))
        addPoints(cloud, { namespace: Namespace, name: Name, dimensions }, points)
      }
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line.slice(line.indexOf('{')))
  } catch {
    return undefined
  }
}
