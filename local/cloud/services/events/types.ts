/** An event as a service or PutEvents makes it; the bus adds id, account, Region and time. */
export interface CloudEvent {
  /** `aws.secretsmanager` */
  readonly source: string
  /** `Secret Label Updated` */
  readonly detailType: string
  readonly detail: unknown
  /** ARNs the event is about. */
  readonly resources?: readonly string[]
}

/** The default event bus. */
export interface EventsPort {
  /** Matches the event against every rule and delivers it in the background. */
  emit(event: CloudEvent): void
}
