/** What CloudWatch Logs remembers; plain JSON, moments in milliseconds since 1970 as its API has them. */
export interface LogsState {
  /** By name. */
  groups: Record<string, LogGroupRecord>
}

export interface LogGroupRecord {
  readonly name: string
  readonly createdAt: number
  readonly kmsKeyId?: string
  retentionDays?: number
  tags: Record<string, string>
  /** By name. */
  streams: Record<string, LogStreamRecord>
}

export interface LogStreamRecord {
  readonly name: string
  readonly createdAt: number
  /** In the order of arrival. */
  events: LogEventRecord[]
}

export interface LogEventRecord {
  readonly id: string
  readonly timestamp: number
  readonly ingestedAt: number
  readonly message: string
}

export const emptyLogsState = (): LogsState => ({ groups: {} })
