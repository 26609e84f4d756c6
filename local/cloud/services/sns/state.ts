/** What SNS remembers; plain JSON, moments in ISO 8601. */
export interface SnsState {
  /** By ARN. */
  topics: Record<string, TopicRecord>
}

export interface TopicRecord {
  readonly arn: string
  readonly name: string
  /** As SetTopicAttributes took them: `DisplayName`, `Policy`, `DeliveryPolicy`. */
  attributes: Record<string, string>
  tags: Record<string, string>
  subscriptions: SubscriptionRecord[]
  /** What was published, oldest first, for a look from outside. */
  messages: MessageRecord[]
}

export interface SubscriptionRecord {
  readonly arn: string
  readonly protocol: Protocol
  readonly endpoint: string
  attributes: Record<string, string>
}

export const PROTOCOLS = ['http', 'https', 'lambda', 'email', 'email-json', 'sms'] as const
export type Protocol = (typeof PROTOCOLS)[number]

export interface MessageRecord {
  readonly id: string
  readonly at: string
  readonly publisher: string
  readonly subject?: string
  readonly message: string
  readonly attributes: Readonly<Record<string, MessageAttribute>>
  /** What came of it, by subscription ARN: `delivered`, `kept`, or why not. */
  readonly deliveries: Record<string, string>
}

export interface MessageAttribute {
  readonly Type: string
  readonly Value: string
}

export const emptySnsState = (): SnsState => ({ topics: {} })
