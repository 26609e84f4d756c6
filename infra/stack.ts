import type { Output } from '@pulumi/pulumi'
import { tellNetwork } from './account/network.ts'
import type { StackConfig } from './config/parse.ts'
import { drawBlueprint, type StackOptions } from './stack/blueprint.ts'
import { createNotifications, createRotationFunctions, createSweeper } from './stack/functions.ts'
import { pick } from './stack/maps.ts'
import { createProxy } from './stack/proxy.ts'
import { createFirstValues, createRotations } from './stack/rotations.ts'
import { createGroups, createSecrets } from './stack/secrets.ts'

export interface StackOutputs {
  /** ARN of each secret, by inventory name. */
  readonly secrets: Readonly<Record<string, Output<string>>>
  /** ARN of each group's KMS key. */
  readonly keys: Readonly<Record<string, Output<string>>>
  /** ARN of each rotation function, by family. */
  readonly rotationFunctions: Readonly<Record<string, Output<string>>>
  readonly sweeper: Output<string>
  /** Topic to subscribe to. */
  readonly notifications: Output<string>
  /** Which subnets were chosen, by zone for the load balancer; absent without a proxy. */
  readonly network?: ReturnType<typeof tellNetwork>
  /** Where the proxy answers; absent without one. */
  readonly proxyUrl?: Output<string>
}

/**
 * Everything that Keyturn is in AWS.
 * @throws KeyturnError what {@link drawBlueprint} throws, before anything is made
 */
export async function createStack(config: StackConfig, options: StackOptions): Promise<StackOutputs> {
  const blueprint = await drawBlueprint(config, options)

  const groups = createGroups(blueprint)
  const secrets = createSecrets(blueprint, groups)
  const notifications = createNotifications(blueprint)
  const beside = { groups, secrets, notifications }
  const functions = createRotationFunctions(blueprint, beside)
  const firstValues = createFirstValues(blueprint, secrets, functions)
  const rotations = createRotations(blueprint, secrets, functions, firstValues)
  const sweeper = createSweeper(blueprint, beside, functions, rotations)
  const proxy = createProxy(blueprint, groups, secrets, firstValues)

  return {
    secrets: pick(secrets, ({ arn }) => arn),
    keys: pick(groups, ({ keyArn }) => keyArn),
    rotationFunctions: pick(functions, ({ arn }) => arn),
    sweeper: sweeper.functionArn,
    notifications: notifications.topicArn,
    ...(blueprint.network && { network: tellNetwork(blueprint.network) }),
    ...(proxy && { proxyUrl: proxy.url }),
  }
}
