import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { lastPart, serviceArn } from '../arns.ts'
import { beginDeployment } from '../deployments.ts'
import { serviceShape } from '../describe.ts'
import { clientError, serviceNotFound } from '../errors.ts'
import { findCluster, findService, findTaskDefinition } from '../find.ts'
import { reconcile } from '../reconcile.ts'
import { serviceSettings, settingsInput } from '../service-settings.ts'

const schema = z.object({
  ...settingsInput,
  cluster: z.string().optional(),
  service: z.string(),
  taskDefinition: z.string().optional(),
  desiredCount: z.int().min(0).max(20, 'must be at most 20 on a laptop').optional(),
  forceNewDeployment: z.boolean().optional(),
})

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html */
export const updateService: Operation = (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterException')
  const { cloud } = call
  const cluster = findCluster(cloud, input.cluster)
  const arn = serviceArn(cloud, cluster.name, lastPart(input.service))
  call.authorize('ecs:UpdateService', arn, { 'ecs:cluster': cluster.arn })
  const service = findService(cloud, cluster, input.service)
  if (service.status !== 'ACTIVE') throw serviceNotFound()

  const current = service.deployments[0]?.taskDefinition
  const wanted = input.taskDefinition === undefined ? current : findTaskDefinition(cloud, input.taskDefinition).arn
  if (wanted === undefined) throw clientError('Unable to describe task definition.')
  service.settings = serviceSettings(input, service.settings)
  service.desiredCount = input.desiredCount ?? service.desiredCount
  if (wanted !== current || input.forceNewDeployment) beginDeployment(cloud, service, wanted)
  reconcile(cloud, service)
  return { service: serviceShape(cloud, service) }
}
