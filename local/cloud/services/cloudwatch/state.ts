/** What CloudWatch remembers; plain JSON, moments in milliseconds since 1970. */
export interface CloudwatchState {
  /** By {@link metricKey}. */
  metrics: Record<string, MetricRecord>
  /** By name. */
  alarms: Record<string, AlarmRecord>
}

export interface MetricRecord {
  readonly namespace: string
  readonly name: string
  readonly dimensions: readonly Dimension[]
  /** In the order of arrival. */
  points: PointRecord[]
}

export interface Dimension {
  readonly Name: string
  readonly Value: string
}

export interface PointRecord {
  readonly at: number
  readonly unit: string
  readonly sum: number
  readonly count: number
  readonly min: number
  readonly max: number
}

/** An alarm as it was put, in the API's own words. */
export interface AlarmRecord {
  readonly name: string
  readonly arn: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly updatedAt: number
  tags: Record<string, string>
}

export const emptyCloudwatchState = (): CloudwatchState => ({ metrics: {}, alarms: {} })
