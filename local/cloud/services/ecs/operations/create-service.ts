import { z } from 'zod'
import { KeyturnError } from '../../../../../core/errors.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { serviceArn } from '../arns.ts'
import { beginDeployment } from '../deployments.ts'
import { serviceShape } from '../describe.ts'
import { openFrontDoor } from '../ecs.ts'
import { clientError, invalid } from '../errors.ts'
import { findCluster, findTaskDefinition } from '../find.ts'
import { reconcile } from '../reconcile.ts'
import { takeOwnRole } from '../service-linked-role.ts'
import { serviceSettings, settingsInput } from '../service-settings.ts'
import type { ServiceRecord } from '../state.ts'

const schema = z.object({
  ...settingsInput,
  cluster: z.string().optional(),
  serviceName: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be 1 to 255 of A-Z a-z 0-9 - _'),
  taskDefinition: z.string(),
  desiredCount: z.int().min(0).max(20, 'must be at most 20 on a laptop').default(0),
  launchType: z.literal('FARGATE', 'must be FARGATE: the local cloud has no instances').default('FARGATE'),
  loadBalancers: z
    .array(z.object({ targetGroupArn: z.string().optional(), containerName: z.string(), containerPort: z.int() }))
    .default([]),
  tags: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
})

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html */
export const createService: Operation = async (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterException')
  const { cloud } = call
  const cluster = findCluster(cloud, input.cluster)
  const arn = serviceArn(cloud, cluster.name, input.serviceName)
  call.authorize('ecs:CreateService', arn, { 'ecs:cluster': cluster.arn })
  const known = cloud.state.ecs.services[arn]
  if (known && known.status !== 'INACTIVE') throw invalid('Creation of service was not idempotent.')

  takeOwnRole(call)
  const definition = findTaskDefinition(cloud, input.taskDefinition)
  if (definition.status !== 'ACTIVE') throw clientError('TaskDefinition is inactive')
  for (const target of input.loadBalancers) checkTarget(definition.input.containerDefinitions, target)
  const service: ServiceRecord = {
    name: input.serviceName,
    arn,
    clusterName: cluster.name,
    createdAt: cloud.clock.now().toISOString(),
    tags: input.tags,
    launchType: input.launchType,
    loadBalancers: input.loadBalancers,
    status: 'ACTIVE',
    desiredCount: input.desiredCount,
    settings: serviceSettings(input),
    deployments: [],
    events: [],
  }
  await openFrontDoor(cloud, service).catch((error: unknown) => {
    throw error instanceof KeyturnError ? invalid(error.message) : error
  })
  cloud.state.ecs.services[arn] = service
  beginDeployment(cloud, service, definition.arn)
  reconcile(cloud, service)
  return { service: serviceShape(cloud, service) }
}

function checkTarget(
  containers: readonly { name: string; portMappings: readonly { containerPort: number }[] }[],
  { containerName, containerPort }: { containerName: string; containerPort: number },
): void {
  const container = containers.find(({ name }) => name === containerName)
  if (!container) throw invalid(`The container ${containerName} does not exist in the task definition.`)
  if (!container.portMappings.some((mapping) => mapping.containerPort === containerPort)) {
    throw invalid(`The container ${containerName} did not have a container port ${containerPort} defined.`)
  }
}
