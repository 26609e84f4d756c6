import type { Cloud } from '../../cloud.ts'
import { clusterArn } from './arns.ts'
import { findTaskDefinition } from './find.ts'
import { tasksOf } from './reconcile.ts'
import type { ClusterRecord, DeploymentRecord, ServiceRecord, TaskDefinitionRecord, TaskRecord } from './state.ts'

type Shape = Record<string, unknown>

export function clusterShape(cloud: Cloud, cluster: ClusterRecord): Shape {
  const services = Object.values(cloud.state.ecs.services).filter(({ clusterName }) => clusterName === cluster.name)
  const tasks = services.flatMap((service) => tasksOf(cloud, service))
  const running = tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    activeServicesCount: services.filter(({ status }) => status === 'ACTIVE').length,
    runningTasksCount: running,
    pendingTasksCount: tasks.filter(isPending).length,
    registeredContainerInstancesCount: 0,
    settings: cluster.settings,
    tags: cluster.tags,
  }
}

export const taskDefinitionShape = (record: TaskDefinitionRecord): Shape => {
  const { tags: _tags, ...input } = record.input
  return {
    ...input,
    taskDefinitionArn: record.arn,
    revision: record.revision,
    status: record.status,
    compatibilities: ['EC2', 'FARGATE'],
    registeredAt: new Date(record.registeredAt),
    ...(record.deregisteredAt !== undefined && { deregisteredAt: new Date(record.deregisteredAt) }),
  }
}

export function serviceShape(cloud: Cloud, service: ServiceRecord): Shape {
  const tasks = tasksOf(cloud, service)
  const { settings } = service
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: clusterArn(cloud, service.clusterName),
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: tasks.filter(isRunning).length,
    pendingCount: tasks.filter(isPending).length,
    launchType: service.launchType,
    platformVersion: settings.platformVersion,
    taskDefinition: service.deployments[0]?.taskDefinition,
    loadBalancers: service.loadBalancers,
    healthCheckGracePeriodSeconds: settings.healthCheckGraceSeconds,
    schedulingStrategy: 'REPLICA',
    deploymentController: { type: 'ECS' },
    networkConfiguration: settings.networkConfiguration,
    deploymentConfiguration: {
      maximumPercent: settings.maximumPercent,
      minimumHealthyPercent: settings.minimumHealthyPercent,
      deploymentCircuitBreaker: settings.circuitBreaker,
      strategy: 'ROLLING',
    },
    deployments: service.deployments.map((deployment) => deploymentShape(service, deployment, tasks)),
    events: service.events.map(({ createdAt, ...event }) => ({ ...event, createdAt: new Date(createdAt) })),
    createdAt: new Date(service.createdAt),
    tags: service.tags,
  }
}

function deploymentShape(service: ServiceRecord, deployment: DeploymentRecord, tasks: readonly TaskRecord[]): Shape {
  const own = tasks.filter(({ deploymentId }) => deploymentId === deployment.id)
  return {
    ...deployment,
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
    desiredCount: deployment.status === 'PRIMARY' ? service.desiredCount : 0,
    runningCount: own.filter(isRunning).length,
    pendingCount: own.filter(isPending).length,
    launchType: service.launchType,
  }
}

export function taskShape(cloud: Cloud, task: TaskRecord): Shape {
  const { input } = findTaskDefinition(cloud, task.taskDefinition)
  return {
    taskArn: task.arn,
    clusterArn: clusterArn(cloud, task.clusterName),
    taskDefinitionArn: task.taskDefinition,
    group: `service:${task.serviceArn.slice(task.serviceArn.lastIndexOf('/') + 1)}`,
    startedBy: task.deploymentId,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    healthStatus: task.healthStatus,
    launchType: 'FARGATE',
    cpu: input.cpu,
    memory: input.memory,
    createdAt: new Date(task.createdAt),
    startedAt: moment(task.startedAt),
    stoppingAt: moment(task.stoppingAt),
    stoppedAt: moment(task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containers: input.containerDefinitions.map(({ name, image, portMappings }) => ({
      name,
      image,
      taskArn: task.arn,
      lastStatus: task.lastStatus,
      exitCode: task.exitCode,
      networkBindings: portMappings.map(({ containerPort }) => ({
        bindIP: '127.0.0.1',
        containerPort,
        hostPort: task.ports?.[containerPort],
        protocol: 'tcp',
      })),
    })),
  }
}

const moment = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))
const isRunning = ({ lastStatus }: TaskRecord): boolean => lastStatus === 'RUNNING'
const isPending = ({ lastStatus }: TaskRecord): boolean => lastStatus === 'PROVISIONING' || lastStatus === 'PENDING'
