import type { Cloud } from '../../cloud.ts'
import type { DeploymentRecord, ServiceRecord } from './state.ts'

/** Makes a new PRIMARY deployment; those that were there become ACTIVE until their tasks are gone. */
export function beginDeployment(cloud: Cloud, service: ServiceRecord, taskDefinition: string, reason?: string): void {
  const now = cloud.clock.now().toISOString()
  const id = `ecs-svc/${Array.from({ length: 19 }, () => cloud.random.int(10)).join('')}`
  for (const old of service.deployments) old.status = 'ACTIVE'
  const deployment: DeploymentRecord = {
    id,
    taskDefinition,
    createdAt: now,
    updatedAt: now,
    status: 'PRIMARY',
    failedTasks: 0,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: reason ?? `ECS deployment ${id} in progress.`,
  }
  service.deployments.unshift(deployment)
  emitChange(cloud, service, deployment, 'SERVICE_DEPLOYMENT_IN_PROGRESS')
}

export function completeDeployment(cloud: Cloud, service: ServiceRecord, deployment: DeploymentRecord): void {
  settle(cloud, deployment, 'COMPLETED', `ECS deployment ${deployment.id} completed.`)
  service.lastCompleted = deployment.taskDefinition
  addEvent(cloud, service, `(deployment ${deployment.id}) deployment completed.`)
  addEvent(cloud, service, 'has reached a steady state.')
  emitChange(cloud, service, deployment, 'SERVICE_DEPLOYMENT_COMPLETED')
}

/** The circuit breaker: gives the deployment up and, if asked to, goes back to the last one that worked. */
export function failDeployment(cloud: Cloud, service: ServiceRecord, deployment: DeploymentRecord): void {
  settle(cloud, deployment, 'FAILED', 'ECS deployment circuit breaker: tasks failed to start.')
  addEvent(cloud, service, `(deployment ${deployment.id}) deployment failed: tasks failed to start.`)
  emitChange(cloud, service, deployment, 'SERVICE_DEPLOYMENT_FAILED')
  if (!service.settings.circuitBreaker.rollback) return
  const previous = service.deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED')
  if (!previous) {
    rollBackAfresh(cloud, service, deployment)
    return
  }
  const reason = `ECS deployment circuit breaker: rolling back to ${previous.taskDefinition}.`
  service.deployments = service.deployments.filter((each) => each !== previous)
  for (const other of service.deployments) other.status = 'ACTIVE'
  // Its tasks still run, so nothing has to start: the old deployment is the primary one again.
  previous.status = 'PRIMARY'
  previous.rolloutStateReason = reason
  previous.updatedAt = cloud.clock.now().toISOString()
  service.deployments.unshift(previous)
  addEvent(cloud, service, `rolling back to deployment ${previous.id}.`)
}

/** Nothing of the last good deployment runs any more, so its task definition is deployed again. */
function rollBackAfresh(cloud: Cloud, service: ServiceRecord, failed: DeploymentRecord): void {
  const { lastCompleted } = service
  if (lastCompleted === undefined || lastCompleted === failed.taskDefinition) return
  beginDeployment(cloud, service, lastCompleted, `ECS deployment circuit breaker: rolling back to ${lastCompleted}.`)
}

const KEPT_EVENTS = 100

export function addEvent(cloud: Cloud, service: ServiceRecord, message: string): void {
  const createdAt = cloud.clock.now().toISOString()
  service.events.unshift({ id: cloud.random.uuid(), createdAt, message: `(service ${service.name}) ${message}` })
  service.events.splice(KEPT_EVENTS)
}

function settle(
  cloud: Cloud,
  deployment: DeploymentRecord,
  state: DeploymentRecord['rolloutState'],
  reason: string,
): void {
  deployment.rolloutState = state
  deployment.rolloutStateReason = reason
  deployment.updatedAt = cloud.clock.now().toISOString()
}

/** docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html */
function emitChange(cloud: Cloud, service: ServiceRecord, deployment: DeploymentRecord, eventName: string): void {
  cloud.events.emit({
    source: 'aws.ecs',
    detailType: 'ECS Deployment State Change',
    resources: [service.arn],
    detail: {
      eventType: eventName.endsWith('FAILED') ? 'ERROR' : 'INFO',
      eventName,
      deploymentId: deployment.id,
      updatedAt: deployment.updatedAt,
      reason: deployment.rolloutStateReason,
    },
  })
}
