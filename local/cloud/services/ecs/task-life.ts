import { SECOND } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { taskArn } from './arns.ts'
import { ecsOf } from './ecs.ts'
import { checkHealth } from './health-check.ts'
import { type RunningTask, startTask } from './start-task.ts'
import type { DeploymentRecord, ServiceRecord, TaskRecord } from './state.ts'

export interface TaskListener {
  /** The task became healthy or unhealthy. */
  readonly onChange: () => void
  readonly onHealthy: () => void
  readonly onGone: (task: TaskRecord) => void
}

/** Starting a busy laptop's process may take a while, whatever grace the service gives. */
const SHORTEST_GRACE_MS = 60 * SECOND
const KEPT_STOPPED = 50

/** Starts a task of a service in the background. */
export function launchTask(
  cloud: Cloud,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  listener: TaskListener,
): void {
  const task: TaskRecord = {
    arn: taskArn(cloud, service.clusterName, Buffer.from(cloud.random.bytes(16)).toString('hex')),
    clusterName: service.clusterName,
    serviceArn: service.arn,
    deploymentId: deployment.id,
    taskDefinition: deployment.taskDefinition,
    createdAt: cloud.clock.now().toISOString(),
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    healthStatus: 'UNKNOWN',
  }
  cloud.state.ecs.tasks[task.arn] = task
  forgetOldTasks(cloud)
  void run(cloud, service, task, listener)
}

/** Takes a task out of the load balancer, then asks it to end: SIGTERM, and SIGKILL after its stop time-out. */
export function retireTask(cloud: Cloud, service: ServiceRecord, arn: string, stopCode: string, reason: string): void {
  const ecs = ecsOf(cloud)
  const task = cloud.state.ecs.tasks[arn]
  if (!task || task.desiredStatus === 'STOPPED') return
  task.desiredStatus = 'STOPPED'
  task.lastStatus = 'DEACTIVATING'
  task.stopCode ??= stopCode
  task.stoppedReason ??= reason
  task.stoppingAt = cloud.clock.now().toISOString()
  ecs.checks.get(arn)?.abort()
  ecs.loadBalancers.get(service.arn)?.deregister(arn)
  const running = ecs.tasks.get(arn)
  if (running) void running.child.stop(running.stopSeconds * SECOND)
  cloud.changed()
}

async function run(cloud: Cloud, service: ServiceRecord, task: TaskRecord, listener: TaskListener): Promise<void> {
  const ecs = ecsOf(cloud)
  try {
    task.lastStatus = 'PENDING'
    const running = await startTask(cloud, ecs.children, task)
    ecs.tasks.set(task.arn, running)
    task.ports = running.ports
    if (task.desiredStatus === 'STOPPED') void running.child.stop(running.stopSeconds * SECOND)
    else {
      task.lastStatus = 'RUNNING'
      task.startedAt = cloud.clock.now().toISOString()
      watchHealth(cloud, service, task, running, listener)
    }
    const { code, signal } = await running.exited
    if (code !== null) task.exitCode = code
    task.stopCode ??= 'EssentialContainerExited'
    task.stoppedReason ??= `Essential container in task exited (${signal ?? `exit code ${code}`})`
  } catch (error) {
    task.stopCode ??= 'TaskFailedToStart'
    task.stoppedReason ??= error instanceof Error ? error.message : String(error)
    cloud.log.warn({ task: task.arn, reason: task.stoppedReason }, 'a task failed to start')
  }
  gone(cloud, service, task)
  listener.onGone(task)
}

function watchHealth(
  cloud: Cloud,
  service: ServiceRecord,
  task: TaskRecord,
  { port, child }: RunningTask,
  listener: TaskListener,
): void {
  const balancer = ecsOf(cloud).loadBalancers.get(service.arn)
  const healthy = (): void => {
    task.healthStatus = 'HEALTHY'
    balancer?.register(task.arn, port)
    listener.onHealthy()
    listener.onChange()
  }
  // Nobody asks a task without a load balancer: running is all there is to know.
  if (!balancer) return void setImmediate(() => task.desiredStatus === 'RUNNING' && healthy())
  const check = new AbortController()
  ecsOf(cloud).checks.set(task.arn, check)
  void checkHealth({
    port,
    path: cloud.options.ecs?.healthCheckPath ?? '/ready',
    graceMs: Math.max(service.settings.healthCheckGraceSeconds * SECOND, SHORTEST_GRACE_MS),
    signal: check.signal,
    onHealthy: healthy,
    onUnhealthy() {
      task.healthStatus = 'UNHEALTHY'
      task.stopCode = 'TaskFailedHealthChecks'
      task.stoppedReason = 'Task failed ELB health checks'
      balancer.deregister(task.arn)
      void child.kill()
    },
  })
}

function gone(cloud: Cloud, service: ServiceRecord, task: TaskRecord): void {
  const ecs = ecsOf(cloud)
  ecs.checks.get(task.arn)?.abort()
  ecs.checks.delete(task.arn)
  ecs.tasks.delete(task.arn)
  ecs.loadBalancers.get(service.arn)?.deregister(task.arn)
  task.desiredStatus = 'STOPPED'
  task.lastStatus = 'STOPPED'
  task.stoppedAt = cloud.clock.now().toISOString()
  cloud.changed()
}

function forgetOldTasks(cloud: Cloud): void {
  const { tasks } = cloud.state.ecs
  const stopped = Object.values(tasks).filter(({ lastStatus }) => lastStatus === 'STOPPED')
  for (const { arn } of stopped.slice(0, Math.max(0, stopped.length - KEPT_STOPPED))) delete tasks[arn]
}
