import type { Cloud } from '../../cloud.ts'
import { isElsewhere, lastPart, serviceArn } from './arns.ts'
import { clientError, clusterNotFound, serviceNotFound } from './errors.ts'
import type { ClusterRecord, ServiceRecord, TaskDefinitionRecord } from './state.ts'

/** @throws ServiceError ClusterNotFoundException */
export function findCluster(cloud: Cloud, cluster = 'default'): ClusterRecord {
  const record = cloud.state.ecs.clusters[lastPart(cluster)]
  if (record?.status !== 'ACTIVE' || isElsewhere(cloud, cluster)) throw clusterNotFound()
  return record
}

/** @throws ServiceError ServiceNotFoundException */
export function findService(cloud: Cloud, cluster: ClusterRecord, service: string): ServiceRecord {
  const record = cloud.state.ecs.services[serviceArn(cloud, cluster.name, lastPart(service))]
  if (!record || isElsewhere(cloud, service)) throw serviceNotFound()
  return record
}

/** By ARN, `family:revision`, or `family` for its newest active revision. @throws ServiceError ClientException */
export function findTaskDefinition(cloud: Cloud, reference: string): TaskDefinitionRecord {
  const [family = '', revision] = lastPart(reference).split(':')
  const revisions = cloud.state.ecs.taskDefinitions[family] ?? []
  const found =
    revision === undefined
      ? revisions.findLast(({ status }) => status === 'ACTIVE')
      : revisions.find((each) => String(each.revision) === revision)
  if (!found || isElsewhere(cloud, reference)) throw clientError('Unable to describe task definition.')
  return found
}
