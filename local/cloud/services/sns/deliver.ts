import { SECOND } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { servicePrincipal } from '../iam/types.ts'
import type { MessageRecord, SubscriptionRecord, TopicRecord } from './state.ts'

export interface Delivery {
  readonly topic: TopicRecord
  readonly subscription: SubscriptionRecord
  readonly message: MessageRecord
  /** From 1. */
  readonly attempt: number
}

/** SNS tries an HTTP endpoint again three times, 20 seconds apart, unless a delivery policy says otherwise. */
const ATTEMPTS = 4
const RETRY_MS = 20 * SECOND
const TIMEOUT_MS = 15 * SECOND

/** Delivers in the background, and notes in the message what came of it. */
export function deliver(cloud: Cloud, delivery: Delivery): void {
  const { subscription, message } = delivery
  const note = (outcome: string): void => {
    message.deliveries[subscription.arn] = outcome
    cloud.changed()
  }
  // A failure names its cause by class only: the message and its endpoint's answer may hold anything.
  const failed = (error: unknown): void => note(`failed: ${error instanceof Error ? error.name : 'unknown'}`)
  if (subscription.protocol === 'lambda') {
    cloud.clock.hold(toLambda(cloud, delivery).then(() => note('delivered'), failed))
  } else if (subscription.protocol === 'http' || subscription.protocol === 'https') {
    cloud.clock.hold(
      toHttp(cloud, delivery).then(
        () => note('delivered'),
        (error: unknown) => {
          failed(error)
          if (delivery.attempt >= ATTEMPTS) return
          const at = new Date(cloud.clock.now().getTime() + RETRY_MS)
          cloud.clock.at(at, () => deliver(cloud, { ...delivery, attempt: delivery.attempt + 1 }))
        },
      ),
    )
  } else note('kept')
}

async function toLambda(cloud: Cloud, { topic, subscription, message }: Delivery): Promise<void> {
  const Sns = { ...envelope(topic, message), UnsubscribeUrl: '', SigningCertUrl: '' }
  const record = { EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription.arn, Sns }
  await cloud.lambda.invoke(
    subscription.endpoint,
    { Records: [record] },
    {
      type: 'Event',
      invoker: servicePrincipal('sns.amazonaws.com', cloud.accountId),
      sourceArn: topic.arn,
    },
  )
}

async function toHttp(_cloud: Cloud, { topic, subscription, message }: Delivery): Promise<void> {
  const raw = subscription.attributes.RawMessageDelivery === 'true'
  const response = await fetch(subscription.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': message.id,
      'x-amz-sns-topic-arn': topic.arn,
      'x-amz-sns-subscription-arn': subscription.arn,
      ...(raw && { 'x-amz-sns-rawdelivery': 'true' }),
    },
    body: raw ? message.message : JSON.stringify(envelope(topic, message)),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  await response.body?.cancel()
  if (!response.ok) throw Object.assign(new Error('the endpoint refused'), { name: `HTTP ${response.status}` })
}

/** As SNS sends it, but for the signature: nothing here could sign as AWS does. */
const envelope = (topic: TopicRecord, { id, at, subject, message, attributes }: MessageRecord) => ({
  Type: 'Notification',
  MessageId: id,
  TopicArn: topic.arn,
  ...(subject !== undefined && { Subject: subject }),
  Message: message,
  Timestamp: at,
  MessageAttributes: attributes,
})
