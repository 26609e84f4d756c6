import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import type { Message } from './message.ts'

/** Where messages go. */
export type Publish = (message: Message) => Promise<void>

/** Sends to an SNS topic, whose subscriptions may filter by the attributes. */
export const publishTo =
  (client: SNSClient, topicArn: string): Publish =>
  async ({ subject, text, attributes }) => {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    )
    await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text, MessageAttributes }))
  }
