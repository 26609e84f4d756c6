import {
  type Compatibility,
  type ContainerDefinition,
  type CPUArchitecture,
  DeregisterTaskDefinitionCommand,
  type NetworkMode,
  type OSFamily,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { z } from 'zod'
import { common, defineResource, tags } from '../../resource.ts'
import { ecsTags } from '../tags.ts'

const inputs = z.strictObject({
  ...common,
  tags,
  family: z.string(),
  containerDefinitions: z.string(),
  cpu: z.string().optional(),
  memory: z.string().optional(),
  networkMode: z.string().optional(),
  requiresCompatibilities: z.array(z.string()).optional(),
  executionRoleArn: z.string().optional(),
  taskRoleArn: z.string().optional(),
  skipDestroy: z.boolean().optional(),
  runtimePlatform: z
    .strictObject({ cpuArchitecture: z.string().optional(), operatingSystemFamily: z.string().optional() })
    .optional(),
})

/** Every change registers a new revision; the old one is deregistered once nothing uses it. */
export const taskDefinition = defineResource({
  inputs,
  create: async (args, { clients }) => {
    const { taskDefinition: registered } = await clients.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: args.family,
        containerDefinitions: JSON.parse(args.containerDefinitions) as ContainerDefinition[],
        cpu: args.cpu,
        memory: args.memory,
        networkMode: args.networkMode as NetworkMode | undefined,
        requiresCompatibilities: args.requiresCompatibilities as Compatibility[] | undefined,
        executionRoleArn: args.executionRoleArn,
        taskRoleArn: args.taskRoleArn,
        tags: ecsTags(args.tags),
        runtimePlatform: args.runtimePlatform && {
          cpuArchitecture: args.runtimePlatform.cpuArchitecture as CPUArchitecture | undefined,
          operatingSystemFamily: args.runtimePlatform.operatingSystemFamily as OSFamily | undefined,
        },
      }),
    )
    const arn = registered?.taskDefinitionArn ?? ''
    return {
      id: args.family,
      outputs: {
        arn,
        arnWithoutRevision: arn.replace(/:\d+$/, ''),
        revision: registered?.revision,
        tagsAll: args.tags ?? {},
      },
    }
  },
  delete: async ({ outputs, inputs: before }, { clients }) => {
    if (before.skipDestroy === true) return
    await clients.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: String(outputs.arn) }))
  },
})
