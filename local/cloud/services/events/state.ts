/** What EventBridge remembers of its default bus; plain JSON, moments in ISO 8601. */
export interface EventsState {
  /** By name. */
  rules: Record<string, RuleRecord>
  /** The last events on the bus, oldest first, for a look from outside. */
  recent: EventRecord[]
}

export interface RuleRecord {
  readonly name: string
  readonly arn: string
  /** JSON text. */
  pattern?: string
  schedule?: string
  /** When a scheduled rule fires next. */
  nextAt?: string
  description?: string
  enabled: boolean
  tags: Record<string, string>
  targets: TargetRecord[]
}

export interface TargetRecord {
  readonly id: string
  readonly arn: string
  /** JSON text that takes the event's place. */
  readonly input?: string
  /** JSONPath into the event: `$.detail`. */
  readonly inputPath?: string
  readonly transformer?: { readonly paths: Readonly<Record<string, string>>; readonly template: string }
}

/** An event as targets receive it. */
export interface EventRecord {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': string
  readonly source: string
  readonly account: string
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: unknown
}

export const emptyEventsState = (): EventsState => ({ rules: {}, recent: [] })
