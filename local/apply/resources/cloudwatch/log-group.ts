import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { z } from 'zod'
import { autoName, common, defineResource, type ResourceContext, tags } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  tags,
  name: z.string().optional(),
  namePrefix: z.string().optional(),
  retentionInDays: z.int().optional(),
  kmsKeyId: z.string().optional(),
  skipDestroy: z.boolean().optional(),
})

export const logGroup = defineResource({
  inputs,
  replaceOn: ['name', 'namePrefix', 'kmsKeyId', 'tags'],
  deleteBeforeReplace: true,
  create: async (args, context) => {
    const name = args.name ?? autoName(context, args.namePrefix)
    await context.clients.logs.send(
      new CreateLogGroupCommand({ logGroupName: name, kmsKeyId: args.kmsKeyId, tags: args.tags }),
    )
    if (args.retentionInDays) await setRetention(name, args.retentionInDays, context)
    const { region, accountId } = context
    const arn = `arn:aws:logs:${region}:${accountId}:log-group:${name}`
    return { id: name, outputs: { name, arn, tagsAll: args.tags ?? {} } }
  },
  update: async ({ id }, args, context) => {
    await setRetention(id, args.retentionInDays, context)
    return {}
  },
  delete: async ({ id, inputs: before }, { clients }) => {
    if (before.skipDestroy !== true) await clients.logs.send(new DeleteLogGroupCommand({ logGroupName: id }))
  },
})

async function setRetention(
  name: string,
  days: number | undefined,
  { clients: { logs } }: ResourceContext,
): Promise<void> {
  if (days) await logs.send(new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: days }))
  else await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: name }))
}
