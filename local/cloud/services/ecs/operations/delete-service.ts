import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { lastPart, serviceArn } from '../arns.ts'
import { serviceShape } from '../describe.ts'
import { invalid, serviceNotFound } from '../errors.ts'
import { findCluster, findService } from '../find.ts'
import { reconcile } from '../reconcile.ts'

const schema = z.object({ cluster: z.string().optional(), service: z.string(), force: z.boolean().optional() })

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html; its tasks drain in the background. */
export const deleteService: Operation = (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterException')
  const { cloud } = call
  const cluster = findCluster(cloud, input.cluster)
  const arn = serviceArn(cloud, cluster.name, lastPart(input.service))
  call.authorize('ecs:DeleteService', arn, { 'ecs:cluster': cluster.arn })
  const service = findService(cloud, cluster, input.service)
  if (service.status !== 'ACTIVE') throw serviceNotFound()
  if (service.desiredCount > 0 && !input.force) {
    throw invalid('The service cannot be stopped while it is scaled above 0.')
  }
  service.desiredCount = 0
  service.status = 'DRAINING'
  reconcile(cloud, service)
  return { service: serviceShape(cloud, service) }
}
