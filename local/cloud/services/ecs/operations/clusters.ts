import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { clusterArn, lastPart } from '../arns.ts'
import { clusterShape } from '../describe.ts'
import { clientError } from '../errors.ts'
import { findCluster } from '../find.ts'
import { makeOwnRole } from '../service-linked-role.ts'

const tags = z.array(z.object({ key: z.string(), value: z.string() })).default([])
const name = z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be 1 to 255 of A-Z a-z 0-9 - _')

const createInput = z.object({
  clusterName: name.default('default'),
  settings: z.array(z.unknown()).default([]),
  tags,
})

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html; an existing one is given back. */
export const createCluster: Operation = (raw, call) => {
  const input = parseInput(createInput, raw, 'InvalidParameterException')
  const { cloud } = call
  const arn = clusterArn(cloud, input.clusterName)
  call.authorize('ecs:CreateCluster', arn)
  makeOwnRole(call)
  const { clusters } = cloud.state.ecs
  const known = clusters[input.clusterName]
  const cluster =
    known?.status === 'ACTIVE'
      ? known
      : { name: input.clusterName, arn, settings: input.settings, tags: input.tags, status: 'ACTIVE' as const }
  clusters[input.clusterName] = cluster
  return { cluster: clusterShape(cloud, cluster) }
}

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html */
export const deleteCluster: Operation = (raw, call) => {
  const input = parseInput(z.object({ cluster: z.string() }), raw)
  const { cloud } = call
  call.authorize('ecs:DeleteCluster', clusterArn(cloud, lastPart(input.cluster)))
  const cluster = findCluster(cloud, input.cluster)
  const services = Object.values(cloud.state.ecs.services)
  if (services.some(({ clusterName, status }) => clusterName === cluster.name && status === 'ACTIVE')) {
    throw clientError('The Cluster cannot be deleted while Services are active.')
  }
  cluster.status = 'INACTIVE'
  return { cluster: clusterShape(cloud, cluster) }
}
