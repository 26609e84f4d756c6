import { all, type Output, type Resource } from '@pulumi/pulumi'
import { enginePermissions } from '../../lambdas/strategies/base-permissions.ts'
import { families as known } from '../../lambdas/strategies/find-strategy.ts'
import { Notifications } from '../components/notifications.ts'
import { RotationFunction } from '../components/rotation-function.ts'
import { Sweeper } from '../components/sweeper.ts'
import { functionNetwork } from '../config/function-network.ts'
import { rotationInventory } from '../inventory/inventory.ts'
import { rotationFunctionName } from '../policies/access.ts'
import { familyGrants, strategyIn } from '../policies/family-grants.ts'
import { onRequestStatements } from '../policies/on-request.ts'
import { allow, type IamStatement, renderGrants } from '../policies/permissions.ts'
import type { Blueprint } from './blueprint.ts'
import { pick, present } from './maps.ts'
import type { Groups, Secrets } from './secrets.ts'

/** By family. */
export type Functions = ReadonlyMap<string, RotationFunction>

/** What a function's own resources hang on. */
export interface Beside {
  readonly groups: Groups
  readonly secrets: Secrets
  readonly notifications: Notifications
}

/** Where people hear of what stands; the functions alone publish there. */
export function createNotifications({ naming, families }: Blueprint): Notifications {
  const publishers = [...families.map(rotationFunctionName), 'sweep'].map(naming.roleArn)
  return new Notifications('notifications', { naming, publishers })
}

/** A rotation function for each family. */
export function createRotationFunctions(blueprint: Blueprint, beside: Beside): Functions {
  const { config, naming, accountId, inventory, artifacts, families } = blueprint
  const entries = families.map((family): [string, RotationFunction] => {
    const args = {
      ...functionArgs(blueprint, beside, `Rotates the "${family}" secrets of ${naming.stackTag}`),
      bundle: present(artifacts.rotation, family),
      network: known.some(({ name, network }) => name === family && network === 'vpc')
        ? functionNetwork(config.network)
        : undefined,
      inventory: rotationInventory(inventory, family, naming),
      environment: { KEYTURN_LOG_LEVEL: config.logLevel },
      accountId,
      statements: rotationStatements(blueprint, beside, family),
    }
    return [family, new RotationFunction(rotationFunctionName(family), args)]
  })
  return new Map(entries)
}

function rotationStatements(
  { inventory, naming, removed }: Blueprint,
  { groups, secrets }: Beside,
  family: string,
): Output<readonly IamStatement[]> {
  const grants = familyGrants(inventory, family, enginePermissions)
  const onRequest = inventory.filter(({ settings, strategy }) => strategy.family === family && !settings.schedule)
  const kinds = onRequest.map(({ settings }) => settings.strategy)
  const leaving = removed.filter((secret) => secret.family === family).map(({ arn }) => arn)
  const secretArns = all(pick(secrets, ({ arn }) => arn))
  const keys = inventory.map(({ settings }) => [settings.name, present(groups, settings.group).keyArn])
  return all([secretArns, all(Object.fromEntries(keys) as Record<string, Output<string>>)]).apply(
    ([secretArn, keyArn]) => [
      ...renderGrants(grants, {
        ...naming,
        strategy: strategyIn(inventory),
        secret: (name) => secretArn[name] ?? '',
        keyOf: (name) => keyArn[name] ?? '',
      }),
      ...(kinds.length === 0
        ? []
        : onRequestStatements(naming.functionArn(rotationFunctionName(family)), kinds, naming)),
      // Asked once more at its deletion whether it has been ended.
      ...(leaving.length === 0 ? [] : [allow('LookAtRemoved', ['secretsmanager:DescribeSecret'], leaving)]),
    ],
  )
}

/** `rotations`: what must stand before the sweeper hears of events. */
export function createSweeper(
  blueprint: Blueprint,
  beside: Beside,
  functions: Functions,
  rotations: readonly Resource[],
): Sweeper {
  const { config, naming, artifacts } = blueprint
  return new Sweeper('sweep', {
    ...functionArgs(blueprint, beside, `Retires versions of ${naming.stackTag} whose grace is over`),
    bundle: artifacts.sweeper,
    environment: {
      KEYTURN_STACK: naming.stackTag,
      KEYTURN_TOPIC_ARN: beside.notifications.topicArn,
      KEYTURN_SWEEP_MINUTES: String(config.sweepMinutes),
      KEYTURN_LOG_LEVEL: config.logLevel,
    },
    everyMinutes: config.sweepMinutes,
    eventsAfter: rotations,
    rotationFunctionArns: [...functions.values()].map(({ arn }) => arn),
  })
}

function functionArgs({ config, naming }: Blueprint, { notifications }: Beside, description: string) {
  const { functions: settings, logRetentionDays } = config
  return { naming, description, settings, logRetentionDays, failureTopicArn: notifications.topicArn }
}
