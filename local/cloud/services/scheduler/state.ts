/** What EventBridge Scheduler remembers; plain JSON, moments in ISO 8601. */
export interface SchedulerState {
  /** By `<group>/<name>`. */
  schedules: Record<string, ScheduleRecord>
}

export interface ScheduleRecord {
  readonly name: string
  readonly group: string
  readonly arn: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly settings: ScheduleSettings
  /** When it fires next; absent when it fires no more. */
  nextAt?: string
}

export interface ScheduleSettings {
  readonly expression: string
  readonly timezone: string
  readonly enabled: boolean
  readonly startAt?: string
  readonly endAt?: string
  readonly description?: string
  readonly deleteAfterCompletion: boolean
  readonly target: ScheduleTarget
}

export interface ScheduleTarget {
  readonly arn: string
  readonly roleArn: string
  readonly input?: string
  readonly maxAgeSeconds: number
  readonly maxRetries: number
}

export const emptySchedulerState = (): SchedulerState => ({ schedules: {} })
