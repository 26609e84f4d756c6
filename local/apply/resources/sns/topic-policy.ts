import { SetTopicAttributesCommand } from '@aws-sdk/client-sns'
import { z } from 'zod'
import { common, defineResource, policyText, type ResourceContext } from '../../resource.ts'

const inputs = z.strictObject({ ...common, arn: z.string(), policy: policyText })

/** Removed with its topic: SNS has no call that takes a policy away. */
export const topicPolicy = defineResource({
  inputs,
  replaceOn: ['arn'],
  create: async (args, context) => {
    await put(args, context)
    return { id: args.arn, outputs: { owner: context.accountId, policy: args.policy } }
  },
  update: async (_existing, args, context) => {
    await put(args, context)
    return { policy: args.policy }
  },
})

async function put({ arn, policy }: z.infer<typeof inputs>, { clients }: ResourceContext): Promise<void> {
  await clients.sns.send(
    new SetTopicAttributesCommand({ TopicArn: arn, AttributeName: 'Policy', AttributeValue: policy }),
  )
}
