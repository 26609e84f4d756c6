import { CreateClusterCommand, DeleteClusterCommand } from '@aws-sdk/client-ecs'
import { z } from 'zod'
import { autoName, common, defineResource, tags } from '../../resource.ts'
import { ecsTags } from '../tags.ts'

const inputs = z.strictObject({
  ...common,
  tags,
  name: z.string().optional(),
  settings: z.array(z.strictObject({ name: z.literal('containerInsights'), value: z.string() })).optional(),
})

export const cluster = defineResource({
  inputs,
  create: async (args, context) => {
    const clusterName = args.name ?? autoName(context)
    const created = await context.clients.ecs.send(
      new CreateClusterCommand({ clusterName, settings: args.settings, tags: ecsTags(args.tags) }),
    )
    const arn = created.cluster?.clusterArn ?? ''
    return { id: arn, outputs: { arn, name: clusterName, tagsAll: args.tags ?? {} } }
  },
  delete: async ({ id }, { clients }) => {
    await clients.ecs.send(new DeleteClusterCommand({ cluster: id }))
  },
})
