import { CreateServiceCommand, DeleteServiceCommand, type LaunchType, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { z } from 'zod'
import { autoName, common, defineResource, tags } from '../../resource.ts'
import { ecsTags } from '../tags.ts'
import { waitForSteadyState } from './steady-state.ts'

const inputs = z.strictObject({
  ...common,
  tags,
  name: z.string().optional(),
  cluster: z.string(),
  taskDefinition: z.string(),
  desiredCount: z.int().optional(),
  launchType: z.string().optional(),
  platformVersion: z.string().optional(),
  schedulingStrategy: z.literal('REPLICA').optional(),
  deploymentMaximumPercent: z.int().optional(),
  deploymentMinimumHealthyPercent: z.int().optional(),
  deploymentCircuitBreaker: z.strictObject({ enable: z.boolean(), rollback: z.boolean() }).optional(),
  healthCheckGracePeriodSeconds: z.int().optional(),
  enableExecuteCommand: z.literal(false).optional(),
  enableEcsManagedTags: z.boolean().optional(),
  availabilityZoneRebalancing: z.string().optional(),
  propagateTags: z.string().optional(),
  forceNewDeployment: z.boolean().optional(),
  forceDelete: z.boolean().optional(),
  triggers: z.record(z.string(), z.string()).optional(),
  waitForSteadyState: z.boolean().optional(),
  networkConfiguration: z
    .strictObject({
      subnets: z.array(z.string()),
      securityGroups: z.array(z.string()).optional(),
      assignPublicIp: z.boolean().optional(),
    })
    .optional(),
  loadBalancers: z
    .array(z.strictObject({ targetGroupArn: z.string(), containerName: z.string(), containerPort: z.int() }))
    .optional(),
})

type Inputs = z.infer<typeof inputs>

export const service = defineResource<Inputs>({
  inputs,
  replaceOn: ['name', 'cluster', 'launchType', 'tags'],
  deleteBeforeReplace: true,
  create: async (args, context) => {
    const name = args.name ?? autoName(context)
    const { service: created } = await context.clients.ecs.send(
      new CreateServiceCommand({
        serviceName: name,
        launchType: args.launchType as LaunchType | undefined,
        enableECSManagedTags: args.enableEcsManagedTags,
        tags: ecsTags(args.tags),
        ...toService(args),
      }),
    )
    if (args.waitForSteadyState) await waitForSteadyState({ ...args, name }, context)
    const arn = created?.serviceArn ?? ''
    return { id: arn, outputs: { arn, name, tagsAll: args.tags ?? {} } }
  },
  update: async ({ outputs }, args, context) => {
    const name = String(outputs.name)
    await context.clients.ecs.send(
      new UpdateServiceCommand({
        service: name,
        forceNewDeployment: args.forceNewDeployment,
        ...toService(args),
      }),
    )
    if (args.waitForSteadyState) await waitForSteadyState({ ...args, name }, context)
    return {}
  },
  delete: async ({ id, outputs }, { clients }) => {
    await clients.ecs.send(new DeleteServiceCommand({ cluster: String(outputs.cluster), service: id, force: true }))
  },
})

function toService({ networkConfiguration: network, deploymentCircuitBreaker: breaker, ...args }: Inputs) {
  return {
    cluster: args.cluster,
    taskDefinition: args.taskDefinition,
    desiredCount: args.desiredCount ?? 1,
    platformVersion: args.platformVersion,
    healthCheckGracePeriodSeconds: args.healthCheckGracePeriodSeconds,
    loadBalancers: args.loadBalancers,
    deploymentConfiguration: {
      maximumPercent: args.deploymentMaximumPercent,
      minimumHealthyPercent: args.deploymentMinimumHealthyPercent,
      ...(breaker && { deploymentCircuitBreaker: breaker }),
    },
    ...(network && {
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: network.subnets,
          securityGroups: network.securityGroups,
          assignPublicIp: network.assignPublicIp ? ('ENABLED' as const) : ('DISABLED' as const),
        },
      },
    }),
  }
}
