import { CreateTopicCommand, DeleteTopicCommand, SetTopicAttributesCommand } from '@aws-sdk/client-sns'
import { z } from 'zod'
import { autoName, common, defineResource, policyText, tags } from '../../resource.ts'
import { keyValueTags } from '../tags.ts'

const inputs = z.strictObject({
  ...common,
  tags,
  name: z.string().optional(),
  namePrefix: z.string().optional(),
  displayName: z.string().optional(),
  kmsMasterKeyId: z.string().optional(),
  policy: policyText.optional(),
})

type Inputs = z.infer<typeof inputs>

export const topic = defineResource<Inputs>({
  inputs,
  replaceOn: ['name', 'namePrefix', 'tags'],
  deleteBeforeReplace: true,
  create: async (args, context) => {
    const name = args.name ?? autoName(context, args.namePrefix)
    const { TopicArn } = await context.clients.sns.send(
      new CreateTopicCommand({ Name: name, Attributes: attributes(args), Tags: keyValueTags(args.tags) }),
    )
    return { id: TopicArn ?? '', outputs: { arn: TopicArn, name, owner: context.accountId, tagsAll: args.tags ?? {} } }
  },
  update: async ({ id }, args, { clients }) => {
    for (const [AttributeName, AttributeValue] of Object.entries(attributes(args))) {
      await clients.sns.send(new SetTopicAttributesCommand({ TopicArn: id, AttributeName, AttributeValue }))
    }
    return {}
  },
  delete: async ({ id }, { clients }) => {
    await clients.sns.send(new DeleteTopicCommand({ TopicArn: id }))
  },
})

const attributes = ({ displayName, kmsMasterKeyId, policy }: Inputs): Record<string, string> => ({
  ...(displayName !== undefined && { DisplayName: displayName }),
  ...(kmsMasterKeyId !== undefined && { KmsMasterKeyId: kmsMasterKeyId }),
  ...(policy !== undefined && { Policy: policy }),
})
