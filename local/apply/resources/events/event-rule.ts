import { DeleteRuleCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge'
import { z } from 'zod'
import { autoName, common, defineResource, type ResourceContext, tags } from '../../resource.ts'
import { keyValueTags } from '../tags.ts'

const inputs = z.strictObject({
  ...common,
  tags,
  name: z.string().optional(),
  namePrefix: z.string().optional(),
  description: z.string().optional(),
  eventPattern: z.string().optional(),
  scheduleExpression: z.string().optional(),
  state: z.enum(['ENABLED', 'DISABLED']).optional(),
})

type Inputs = z.infer<typeof inputs>

export const eventRule = defineResource<Inputs>({
  inputs,
  replaceOn: ['name', 'namePrefix', 'tags'],
  create: async (args, context) => {
    const name = args.name ?? autoName(context, args.namePrefix)
    return { id: name, outputs: { arn: await put(name, args, context), name } }
  },
  update: async ({ id }, args, context) => ({ arn: await put(id, args, context) }),
  delete: async ({ id }, { clients }) => {
    await clients.events.send(new DeleteRuleCommand({ Name: id }))
  },
})

async function put(Name: string, args: Inputs, { clients }: ResourceContext): Promise<string | undefined> {
  const { RuleArn } = await clients.events.send(
    new PutRuleCommand({
      Name,
      Description: args.description,
      EventPattern: args.eventPattern,
      ScheduleExpression: args.scheduleExpression,
      State: args.state,
      Tags: keyValueTags(args.tags),
    }),
  )
  return RuleArn
}
