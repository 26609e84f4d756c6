import { z } from 'zod'
import type { Problem } from '../../core/errors.ts'
import { strategyFor } from '../../lambdas/strategies/find-strategy.ts'
import type { Lenient } from './lenient.ts'

/** Settings of `keyturn:network` for functions whose strategy reaches its targets inside a VPC. */
export const functionNetworkShape = {
  /** Subnets with a way to Secrets Manager, KMS, SNS and X-Ray: a NAT gateway or endpoints. */
  functionSubnetIds: z
    .array(
      z
        .string()
        .regex(/^subnet-[0-9a-f]+$/, 'must be subnet ids such as "subnet-0a1b2c3d"')
        .meta({ examples: ['subnet-0a1b2c3d'] }),
    )
    .min(1, 'must list one or more')
    .optional(),
  /** Security groups that the targets let in. */
  functionSecurityGroupIds: z
    .array(
      z
        .string()
        .regex(/^sg-[0-9a-f]+$/, 'must be security group ids such as "sg-0a1b2c3d"')
        .meta({ examples: ['sg-0a1b2c3d'] }),
    )
    .min(1, 'must list one or more')
    .max(5, 'must list 5 or fewer, as Lambda takes')
    .optional(),
}

/** Where a function is put: what Lambda calls its VPC configuration. */
export interface FunctionNetwork {
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
}

/** Undefined when the config does not say where functions go. */
export function functionNetwork(network: Lenient<typeof functionNetworkShape>): FunctionNetwork | undefined {
  const { functionSubnetIds: subnetIds, functionSecurityGroupIds: securityGroupIds } = network
  return subnetIds && securityGroupIds && { subnetIds, securityGroupIds }
}

/**
 * Both settings are there where a secret's strategy needs them. `given`: the names of those that the config has, sound or
 * not.
 */
export function checkFunctionNetwork(
  secrets: readonly { readonly name?: string; readonly strategy?: string }[],
  given: readonly string[],
): Problem[] {
  const [needing] = secrets.filter(({ strategy }) => strategy !== undefined && strategyFor(strategy).network === 'vpc')
  if (!needing) return []
  return Object.keys(functionNetworkShape)
    .filter((setting) => !given.includes(setting))
    .map((setting) => ({
      path: `network.${setting}`,
      message: `is missing: "${needing.name}" has strategy "${needing.strategy}", whose function must be in the VPC of its targets`,
    }))
}
