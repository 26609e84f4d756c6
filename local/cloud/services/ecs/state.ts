import type { ContainerDefinition, TaskDefinitionInput } from './task-definition.ts'

/** What ecs remembers; plain JSON, moments in ISO 8601. */
export interface EcsState {
  /** By name. */
  clusters: Record<string, ClusterRecord>
  /** Revisions by family, the first one is revision 1. */
  taskDefinitions: Record<string, TaskDefinitionRecord[]>
  /** By ARN. */
  services: Record<string, ServiceRecord>
  /** By ARN; stopped ones for a while. */
  tasks: Record<string, TaskRecord>
}

export const emptyEcsState = (): EcsState => ({ clusters: {}, taskDefinitions: {}, services: {}, tasks: {} })

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface ClusterRecord {
  readonly name: string
  readonly arn: string
  readonly tags: readonly Tag[]
  readonly settings: readonly unknown[]
  status: 'ACTIVE' | 'INACTIVE'
}

export interface TaskDefinitionRecord {
  readonly arn: string
  readonly family: string
  readonly revision: number
  readonly registeredAt: string
  readonly tags: readonly Tag[]
  status: 'ACTIVE' | 'INACTIVE'
  deregisteredAt?: string
  /** As registered. */
  readonly input: TaskDefinitionInput
}

export interface ServiceRecord {
  readonly name: string
  readonly arn: string
  readonly clusterName: string
  readonly createdAt: string
  readonly tags: readonly Tag[]
  readonly launchType: string
  readonly loadBalancers: readonly LoadBalancerTarget[]
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE'
  desiredCount: number
  settings: ServiceSettings
  /** The PRIMARY one first. */
  deployments: DeploymentRecord[]
  /** Task definition of the last deployment that completed, to roll back to. */
  lastCompleted?: string
  /** Newest first. */
  events: { readonly id: string; readonly createdAt: string; readonly message: string }[]
}

export interface LoadBalancerTarget {
  readonly targetGroupArn?: string | undefined
  readonly containerName: string
  readonly containerPort: number
}

export interface ServiceSettings {
  readonly minimumHealthyPercent: number
  readonly maximumPercent: number
  readonly circuitBreaker: { readonly enable: boolean; readonly rollback: boolean }
  readonly healthCheckGraceSeconds: number
  /** Stored and shown, without effect here. */
  readonly networkConfiguration?: unknown
  readonly platformVersion: string
}

export interface DeploymentRecord {
  readonly id: string
  readonly taskDefinition: string
  readonly createdAt: string
  status: 'PRIMARY' | 'ACTIVE'
  updatedAt: string
  failedTasks: number
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'
  rolloutStateReason: string
}

export interface TaskRecord {
  readonly arn: string
  readonly clusterName: string
  readonly serviceArn: string
  readonly deploymentId: string
  readonly taskDefinition: string
  readonly createdAt: string
  lastStatus: 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'STOPPED'
  desiredStatus: 'RUNNING' | 'STOPPED'
  healthStatus: 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY'
  /** Host ports that the container listens on, by container port. */
  ports?: Readonly<Record<number, number>>
  startedAt?: string
  stoppingAt?: string
  stoppedAt?: string
  stopCode?: string
  stoppedReason?: string
  exitCode?: number
}

export type { ContainerDefinition, TaskDefinitionInput }
