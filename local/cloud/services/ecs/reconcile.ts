import { SECOND } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { addEvent, completeDeployment, failDeployment } from './deployments.ts'
import { ecsOf } from './ecs.ts'
import { type PlannedTask, planDeployment } from './plan.ts'
import type { DeploymentRecord, ServiceRecord, TaskRecord } from './state.ts'
import { launchTask, retireTask } from './task-life.ts'

const BREAKER_MINIMUM = 3
const BREAKER_MAXIMUM = 200
const LONGEST_BACK_OFF_MS = 60 * SECOND

/** Brings a service one step nearer to what is asked for. Called after every change of a task or of the service. */
export function reconcile(cloud: Cloud, service: ServiceRecord): void {
  const ecs = ecsOf(cloud)
  if (ecs.closing) return
  const tasks = tasksOf(cloud, service)
  dropEmptyDeployments(service, tasks)
  const [primary] = service.deployments
  if (!primary || service.status !== 'ACTIVE') {
    drain(cloud, service, tasks)
    return
  }

  const { circuitBreaker, minimumHealthyPercent, maximumPercent } = service.settings
  const threshold = Math.min(Math.max(Math.ceil(service.desiredCount / 2), BREAKER_MINIMUM), BREAKER_MAXIMUM)
  if (circuitBreaker.enable && primary.rolloutState === 'IN_PROGRESS' && primary.failedTasks >= threshold) {
    failDeployment(cloud, service, primary)
    reconcile(cloud, service)
    return
  }

  const settings = { desired: service.desiredCount, minimumHealthyPercent, maximumPercent }
  const plan = planDeployment(
    settings,
    tasks.map((task) => planned(task, primary)),
  )
  for (const arn of plan.stop) retire(cloud, service, arn)
  if (primary.rolloutState !== 'FAILED') for (let count = 0; count < plan.start; count++) start(cloud, service, primary)

  const now = tasksOf(cloud, service)
  const healthy = now.filter((task) => task.deploymentId === primary.id && isHealthy(task)).length
  const settled = healthy === service.desiredCount && service.deployments.length === 1
  if (primary.rolloutState === 'IN_PROGRESS' && settled) completeDeployment(cloud, service, primary)
  cloud.changed()
}

/** The tasks of a service that have not stopped. */
export const tasksOf = (cloud: Cloud, service: ServiceRecord): TaskRecord[] =>
  Object.values(cloud.state.ecs.tasks).filter(
    ({ serviceArn, lastStatus }) => serviceArn === service.arn && lastStatus !== 'STOPPED',
  )

const isHealthy = (task: TaskRecord): boolean => task.desiredStatus === 'RUNNING' && task.healthStatus === 'HEALTHY'

const planned = (task: TaskRecord, primary: DeploymentRecord): PlannedTask => ({
  id: task.arn,
  primary: task.deploymentId === primary.id,
  phase: task.desiredStatus === 'STOPPED' ? 'stopping' : isHealthy(task) ? 'healthy' : 'starting',
})

function dropEmptyDeployments(service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  service.deployments = service.deployments.filter(
    ({ id, status }) => status === 'PRIMARY' || tasks.some(({ deploymentId }) => deploymentId === id),
  )
}

function drain(cloud: Cloud, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  for (const { arn, desiredStatus } of tasks) if (desiredStatus === 'RUNNING') retire(cloud, service, arn)
  if (service.status === 'DRAINING' && tasks.length === 0) {
    service.status = 'INACTIVE'
    service.deployments = []
    const { loadBalancers } = ecsOf(cloud)
    void loadBalancers.get(service.arn)?.close()
    loadBalancers.delete(service.arn)
  }
  cloud.changed()
}

function start(cloud: Cloud, service: ServiceRecord, deployment: DeploymentRecord): void {
  launchTask(cloud, service, deployment, {
    onChange: () => reconcile(cloud, service),
    onHealthy: () => ecsOf(cloud).backOff.delete(deployment.id),
    onGone: (task) => taskGone(cloud, service, deployment, task),
  })
}

const retire = (cloud: Cloud, service: ServiceRecord, arn: string): void =>
  retireTask(cloud, service, arn, 'ServiceSchedulerInitiated', `Scaling activity initiated by deployment`)

/** A task that ended without being asked to counts against its deployment, and delays the next start. */
function taskGone(cloud: Cloud, service: ServiceRecord, deployment: DeploymentRecord, task: TaskRecord): void {
  const ecs = ecsOf(cloud)
  if (ecs.closing) return
  if (task.stopCode === 'ServiceSchedulerInitiated' || task.stopCode === 'UserInitiated') {
    reconcile(cloud, service)
    return
  }
  deployment.failedTasks += 1
  addEvent(cloud, service, `task ${task.arn} stopped: ${task.stoppedReason ?? 'unknown'}`)
  const failures = (ecs.backOff.get(deployment.id) ?? 0) + 1
  ecs.backOff.set(deployment.id, failures)
  const wait = failures === 1 ? 0 : Math.min(2 ** (failures - 2) * (SECOND / 4), LONGEST_BACK_OFF_MS)
  setTimeout(() => reconcile(cloud, service), wait).unref()
}
