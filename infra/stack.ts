import { getCallerIdentity } from '@pulumi/aws/getCallerIdentity.js'
import { getRegion } from '@pulumi/aws/getRegion.js'
import { getRole } from '@pulumi/aws/iam/getRole.js'
import { all, type Output } from '@pulumi/pulumi'
import { enginePermissions } from '../lambdas/strategies/base-permissions.ts'
import { strategyFor } from '../lambdas/strategies/find-strategy.ts'
import { groupAccess, rotationFunctionName, secretAccess } from './access.ts'
import { type Artifacts, builtArtifacts } from './artifacts.ts'
import { FirstValue } from './components/first-value.ts'
import { KeyProxy, type ProxySecret } from './components/key-proxy.ts'
import { ManagedSecret } from './components/managed-secret.ts'
import { findNetwork, tellNetwork } from './components/network.ts'
import { Notifications } from './components/notifications.ts'
import { proxySecrets } from './components/proxy-config.ts'
import { RotationFunction } from './components/rotation-function.ts'
import { SecretGroup } from './components/secret-group.ts'
import { SecretRotation } from './components/secret-rotation.ts'
import { Sweeper } from './components/sweeper.ts'
import type { StackConfig } from './config/parse.ts'
import { readDeployer } from './deployer.ts'
import { type InventorySecret, readSecrets, rotationInventory } from './inventory.ts'
import { lanes } from './lanes.ts'
import { pick, present } from './maps.ts'
import { naming as createNaming, type Naming } from './naming.ts'
import { allow, type IamStatement, renderGrants } from './permissions.ts'
import { findRemoved } from './removed-secrets.ts'
import { assertRoleFits, assertTaskFits, familyGrants, strategyIn } from './role-size.ts'

export interface StackOptions {
  /** Pulumi project: `keyturn`. */
  readonly project: string
  /** Pulumi stack: `dev`. */
  readonly stack: string
  /** What `npm run build` left in dist/ unless given. */
  readonly artifacts?: Artifacts
}

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
 * @throws KeyturnError `artifact-missing`, `operators-needed`, `operators-without-deployer`, `role-policy-too-long`,
 *   `proxy-config-too-long`, `secrets-alive`, and what {@link findNetwork} throws
 */
export async function createStack(config: StackConfig, options: StackOptions): Promise<StackOutputs> {
  const artifacts = options.artifacts ?? builtArtifacts()
  const [caller, { region }] = await Promise.all([getCallerIdentity({}), getRegion({})])
  const network = config.proxy && (await findNetwork(config.network, { ...config.proxy.loadBalancer, region }))
  const naming = nameStack()
  const inventory = readSecrets(config.secrets)
  const deployer = await readDeployer(config.operators, caller.arn, async (name) => (await getRole({ name })).arn)
  const removed = await findRemoved(config.secrets, naming)
  const access = secretAccess(config, inventory, deployer.operators, naming)
  for (const family of families()) {
    assertRoleFits(family, familyGrants(inventory, family, enginePermissions), inventory, naming)
  }
  if (config.proxy) assertTaskFits(config.proxy, naming)

  const groups = createGroups()
  const secrets = createSecrets()
  const notifications = createNotifications()
  const functions = createRotationFunctions()
  const firstValues = createFirstValues()
  const rotations = createRotations()
  const sweeper = createSweeper()
  const proxy = createProxy()

  return {
    secrets: pick(secrets, ({ arn }) => arn),
    keys: pick(groups, ({ keyArn }) => keyArn),
    rotationFunctions: pick(functions, ({ arn }) => arn),
    sweeper: sweeper.functionArn,
    notifications: notifications.topicArn,
    ...(network && { network: tellNetwork(network) }),
    ...(proxy && { proxyUrl: proxy.url }),
  }

  function nameStack(): Naming {
    const partition = caller.arn.split(':')[1] ?? 'aws'
    return createNaming({
      project: options.project,
      stack: options.stack,
      partition,
      region,
      accountId: caller.accountId,
    })
  }

  function createGroups(): Map<string, SecretGroup> {
    const users = groupAccess(inventory, access)
    const entries = Object.entries(config.groups).map(([group, settings]): [string, SecretGroup] => {
      const { writers = [], readers = [] } = users.get(group) ?? {}
      const args = { naming, settings, writers, readers, creator: deployer.arn, protect: config.protect }
      return [group, new SecretGroup(group, args)]
    })
    return new Map(entries)
  }

  function createSecrets(): Map<string, ManagedSecret> {
    const readsOfProxy = new Set(config.proxy ? proxySecrets(config.proxy) : [])
    const entries = inventory.map(({ settings }): [string, ManagedSecret] => {
      const { name, group } = settings
      const { keyArn } = present(groups, group)
      const value = config.values.get(name)
      const proxyReads = readsOfProxy.has(name) ? config.proxy : undefined
      const args = { naming, settings, keyArn, value, proxyReads, protect: config.protect, ...present(access, name) }
      return [name, new ManagedSecret(name, args)]
    })
    return new Map(entries)
  }

  function createNotifications(): Notifications {
    const publishers = [...families().map(rotationFunctionName), 'sweep'].map(naming.roleArn)
    return new Notifications('notifications', { naming, publishers })
  }

  function createRotationFunctions(): Map<string, RotationFunction> {
    const entries = families().map((family): [string, RotationFunction] => {
      const args = {
        ...functionArgs(`Rotates the "${family}" secrets of ${naming.stackTag}`),
        bundle: present(artifacts.rotation, family),
        inventory: rotationInventory(inventory, family, naming),
        environment: { KEYTURN_LOG_LEVEL: config.logLevel },
        accountId: caller.accountId,
        statements: rotationStatements(family),
      }
      return [family, new RotationFunction(rotationFunctionName(family), args)]
    })
    return new Map(entries)
  }

  function rotationStatements(family: string): Output<readonly IamStatement[]> {
    const grants = familyGrants(inventory, family, enginePermissions)
    const leaving = removed.filter((secret) => secret.family === family).map(({ arn }) => arn)
    const secretArns = all(pick(secrets, ({ arn }) => arn))
    const keyArns = all(Object.fromEntries(inventory.map(({ settings }) => [settings.name, keyOf(settings)])))
    return all([secretArns, keyArns]).apply(([secretArn, keyArn]) => [
      ...renderGrants(grants, {
        ...naming,
        strategy: strategyIn(inventory),
        secret: (name) => secretArn[name] ?? '',
        keyOf: (name) => keyArn[name] ?? '',
      }),
      // Asked once more at its deletion whether it has been ended.
      ...(leaving.length === 0 ? [] : [allow('LookAtRemoved', ['secretsmanager:DescribeSecret'], leaving)]),
    ])
  }

  function createFirstValues(): Map<string, readonly Ready[]> {
    const made = new Map<string, readonly Ready[]>()
    const entries = new Map(
      families().flatMap((family) => Object.entries(rotationInventory(inventory, family, naming).secrets)),
    )
    const next = lanes<readonly Ready[]>(AT_ONCE)
    for (const { settings, strategy } of inventory) {
      const { name } = settings
      const secret = present(secrets, name)
      if (strategyFor(settings.strategy).supply === 'required') {
        made.set(name, secret.ready)
        continue
      }
      const { functionName, ready: able } = present(functions, strategy.family)
      const needed = strategy.references.flatMap((reference) => present(made, reference))
      const after = [...secret.ready, ...able, ...needed]
      const entry = present(entries, naming.secret(name))
      const ready = next((before) => {
        const args = { secretArn: secret.arn, entry, functionName, after: [...after, ...before.flat()] }
        return new FirstValue(name, args).ready
      })
      made.set(name, [...after, ...ready])
    }
    return made
  }

  function createRotations(): readonly Ready[] {
    const configured: Ready[] = []
    const next = lanes<readonly Ready[]>(AT_ONCE)
    for (const { settings, strategy } of inventory) {
      const { arn, ready } = present(functions, strategy.family)
      const after = [...ready, ...present(firstValues, settings.name)]
      const secretArn = present(secrets, settings.name).arn
      next((before) => {
        const args = { secretArn, functionArn: arn, settings, after: [...after, ...before.flat()] }
        const { ready } = new SecretRotation(settings.name, args)
        configured.push(...ready)
        return ready
      })
    }
    return configured
  }

  function createSweeper(): Sweeper {
    return new Sweeper('sweep', {
      ...functionArgs(`Retires versions of ${naming.stackTag} whose grace is over`),
      bundle: artifacts.sweeper,
      environment: {
        KEYTURN_STACK: naming.stackTag,
        KEYTURN_TOPIC_ARN: notifications.topicArn,
        KEYTURN_SWEEP_MINUTES: String(config.sweepMinutes),
        KEYTURN_LOG_LEVEL: config.logLevel,
      },
      everyMinutes: config.sweepMinutes,
      eventsAfter: rotations,
      rotationFunctionArns: [...functions.values()].map(({ arn }) => arn),
    })
  }

  function createProxy(): KeyProxy | undefined {
    const settings = config.proxy
    if (!settings || !network) return undefined
    const names = proxySecrets(settings)
    const own = inventory.filter((secret) => names.includes(secret.settings.name))
    return new KeyProxy('proxy', {
      naming,
      region,
      settings,
      network,
      artifacts: artifacts.proxy,
      secrets: new Map(own.map((secret) => [secret.settings.name, proxySecret(secret)])),
      logLevel: config.logLevel,
      logRetentionDays: config.logRetentionDays,
      protect: config.protect,
      after: names.flatMap((name) => present(firstValues, name)),
    })
  }

  function proxySecret({ settings }: InventorySecret): ProxySecret {
    const { keyField } = strategyFor(settings.strategy)
    return { arn: present(secrets, settings.name).arn, keyArn: keyOf(settings), keyField }
  }

  function functionArgs(description: string) {
    const { functions: settings, logRetentionDays } = config
    return { naming, description, settings, logRetentionDays, failureTopicArn: notifications.topicArn }
  }

  function keyOf({ group }: InventorySecret['settings']): Output<string> {
    return present(groups, group).keyArn
  }

  function families(): readonly string[] {
    return [...new Set(inventory.map(({ strategy }) => strategy.family))].sort()
  }
}

type Ready = ManagedSecret['ready'][number]

/**
 * First values made, and rotations configured, side by side. Each invokes a function, and a fresh account runs ten in
 * all: four of either leave room for a sweep and for what else the account does.
 */
const AT_ONCE = 4
