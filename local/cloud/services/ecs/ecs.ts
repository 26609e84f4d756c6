import { SECOND } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { type ChildProcesses, createChildProcesses } from '../../process/child-processes.ts'
import { type LoadBalancer, openLoadBalancer } from './load-balancer.ts'
import type { RunningTask } from './start-task.ts'
import type { ServiceRecord } from './state.ts'
import { DEFAULT_SERVICE_PORT } from './types.ts'

/** What runs: everything about the local ECS that cannot be saved. */
export interface Ecs {
  readonly children: ChildProcesses
  /** By task ARN, from the moment the process exists. */
  readonly tasks: Map<string, RunningTask>
  /** By service ARN. */
  readonly loadBalancers: Map<string, LoadBalancer>
  /** Aborts a task's health check, by task ARN. */
  readonly checks: Map<string, AbortController>
  /** Failed starts of a deployment in a row, which space out the next ones. */
  readonly backOff: Map<string, number>
  closing: boolean
}

const all = new WeakMap<Cloud, Ecs>()

export function ecsOf(cloud: Cloud): Ecs {
  const known = all.get(cloud)
  if (known) return known
  const ecs: Ecs = {
    children: createChildProcesses(cloud.clock, cloud.log),
    tasks: new Map(),
    loadBalancers: new Map(),
    checks: new Map(),
    backOff: new Map(),
    closing: false,
  }
  all.set(cloud, ecs)
  return ecs
}

/**
 * Opens the port at which a service is reached, when it stands behind a load balancer. The first such service gets the
 * configured port, a further one a free one. @throws KeyturnError `port-taken`
 */
export async function openFrontDoor(cloud: Cloud, service: ServiceRecord): Promise<void> {
  const { loadBalancers } = ecsOf(cloud)
  if (service.loadBalancers.length === 0 || loadBalancers.has(service.arn)) return
  const port = loadBalancers.size === 0 ? (cloud.options.ecs?.port ?? DEFAULT_SERVICE_PORT) : 0
  loadBalancers.set(service.arn, await openLoadBalancer(port))
}

/** `http://127.0.0.1:8080`, or undefined for a service without a load balancer. */
export function serviceUrl(cloud: Cloud, serviceArn: string): string | undefined {
  const port = ecsOf(cloud).loadBalancers.get(serviceArn)?.port
  return port === undefined ? undefined : `http://127.0.0.1:${port}`
}

/** Ends every task, politely first, and closes the ports. */
export async function closeEcs(cloud: Cloud): Promise<void> {
  const ecs = ecsOf(cloud)
  ecs.closing = true
  for (const check of ecs.checks.values()) check.abort()
  const graceMs = cloud.options.ecs?.stopGraceMs ?? 2 * SECOND
  await Promise.all([...ecs.tasks.values()].map(({ child, exited }) => child.stop(graceMs).then(() => exited)))
  await ecs.children.close()
  await Promise.all([...ecs.loadBalancers.values()].map((balancer) => balancer.close()))
}
