import { SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns'
import { z } from 'zod'
import { common, defineResource } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  topic: z.string(),
  protocol: z.string(),
  endpoint: z.string(),
  endpointAutoConfirms: z.boolean().optional(),
})

export const topicSubscription = defineResource({
  inputs,
  create: async ({ topic, protocol, endpoint }, { clients, accountId }) => {
    const { SubscriptionArn } = await clients.sns.send(
      new SubscribeCommand({ TopicArn: topic, Protocol: protocol, Endpoint: endpoint, ReturnSubscriptionArn: true }),
    )
    return { id: SubscriptionArn ?? '', outputs: { arn: SubscriptionArn, ownerId: accountId } }
  },
  delete: async ({ id }, { clients }) => {
    await clients.sns.send(new UnsubscribeCommand({ SubscriptionArn: id }))
  },
})
