import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { MINUTE } from '../../../../core/clock.ts'
import { retryable, terminal } from '../../../../core/errors.ts'
import type { ResourceContext } from '../../resource.ts'

const DEADLINE_MS = 2 * MINUTE
const POLL_MS = 100

/**
 * Waits until the service's one deployment is complete and runs as many tasks as asked for.
 * @throws KeyturnError `deployment-failed` (terminal) when ECS gives the deployment up, `deployment-slow` (retryable)
 * after two minutes
 */
export async function waitForSteadyState(cluster: string, name: string, context: ResourceContext): Promise<void> {
  const { clock, clients } = context
  for (const start = clock.monotonic(); clock.monotonic() - start < DEADLINE_MS; await clock.sleep(POLL_MS)) {
    const { services } = await clients.ecs.send(new DescribeServicesCommand({ cluster, services: [name] }))
    const [service] = services ?? []
    const [deployment] = service?.deployments ?? []
    if (deployment?.rolloutState === 'FAILED') {
      throw terminal(
        'deployment-failed',
        `service ${name}: ${deployment.rolloutStateReason ?? 'deployment failed'}; see its log group.`,
      )
    }
    const settled = service?.deployments?.length === 1 && deployment?.rolloutState !== 'IN_PROGRESS'
    if (settled && service.runningCount === service.desiredCount) return
  }
  throw retryable(
    'deployment-slow',
    `service ${name} is not steady after ${DEADLINE_MS / MINUTE} minutes; see its log group.`,
  )
}
