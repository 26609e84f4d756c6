import type { Cloud } from '../../cloud.ts'
import type { Dimension, MetricRecord, PointRecord } from './state.ts'

export interface MetricName {
  readonly namespace: string
  readonly name: string
  readonly dimensions: readonly Dimension[]
}

/** Older points of a metric are dropped beyond this, so that a long local run does not grow without end. */
const KEPT_POINTS = 20_000

/** Keeps data points of one metric. */
export function addPoints(cloud: Cloud, metric: MetricName, points: readonly PointRecord[]): void {
  const { metrics } = cloud.state.cloudwatch
  const key = metricKey(metric)
  const record: MetricRecord = metrics[key] ?? { ...metric, dimensions: sorted(metric.dimensions), points: [] }
  record.points = [...record.points, ...points].slice(-KEPT_POINTS)
  metrics[key] = record
}

export const pointOf = (value: number, at: number, unit = 'None'): PointRecord => ({
  at,
  unit,
  sum: value,
  count: 1,
  min: value,
  max: value,
})

/** The metric of exactly these dimensions, in whatever order. */
export const findMetric = (cloud: Cloud, metric: MetricName): MetricRecord | undefined =>
  cloud.state.cloudwatch.metrics[metricKey(metric)]

const metricKey = ({ namespace, name, dimensions }: MetricName): string =>
  JSON.stringify([namespace, name, ...sorted(dimensions).map(({ Name, Value }) => [Name, Value])])

const sorted = (dimensions: readonly Dimension[]): Dimension[] =>
  [...dimensions].sort((one, other) => one.Name.localeCompare(other.Name))
