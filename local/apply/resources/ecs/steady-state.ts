import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { MINUTE } from '../../../../core/clock.ts'
import { KeyturnError } from '../../../../core/errors.ts'
import type { ResourceContext } from '../../resource.ts'

const DEADLINE_MS = 2 * MINUTE
const POLL_MS = 100

/** A service as `describe-services` finds it. */
export interface Awaited {
  readonly cluster: string
  readonly name: string
  /** ARN that the deployment must end with: one that rolls itself back ends with another. */
  readonly taskDefinition: string
}

/**
 * Waits until the service's one deployment is complete and runs as many tasks as asked for.
 * @throws KeyturnError `deployment-failed` (terminal) when ECS gives the deployment up or rolls it back,
 * `deployment-slow` (retryable) after two minutes
 */
export async function waitForSteadyState({ cluster, name, taskDefinition }: Awaited, context: ResourceContext) {
  const { clock, clients } = context
  for (const start = clock.monotonic(); clock.monotonic() - start < DEADLINE_MS; await clock.sleep(POLL_MS)) {
    const { services } = await clients.ecs.send(new DescribeServicesCommand({ cluster, services: [name] }))
    const deployments = services?.[0]?.deployments ?? []
    const primary = deployments.find(({ status }) => status === 'PRIMARY')
    const own = deployments.find((deployment) => deployment.taskDefinition === taskDefinition)
    if (own?.rolloutState === 'FAILED' || (primary && primary.taskDefinition !== taskDefinition)) {
      const reason = own?.rolloutStateReason ?? 'ECS rolled it back'
      throw new KeyturnError(
        'deployment-failed',
        `the deployment of service ${name} failed: ${reason}; see its log group.`,
      )
    }
    const settled = deployments.length === 1 && primary?.rolloutState === 'COMPLETED'
    if (settled && primary.runningCount === primary.desiredCount) return
  }
  const minutes = DEADLINE_MS / MINUTE
  throw new KeyturnError(
    'deployment-slow',
    `service ${name} is not steady after ${minutes} minutes; see its log group.`,
  )
}
