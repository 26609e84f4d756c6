import { getCallerIdentity } from '@pulumi/aws/getCallerIdentity.js'
import { getRegion } from '@pulumi/aws/getRegion.js'
import { getRole } from '@pulumi/aws/iam/getRole.js'
import { enginePermissions } from '../../lambdas/strategies/base-permissions.ts'
import { type Deployer, readDeployer } from '../account/deployer.ts'
import { findNetwork, type Network } from '../account/network.ts'
import { assertRoleFits, assertTaskFits } from '../account/quotas.ts'
import { findRemoved, type RemovedSecret } from '../account/removed-secrets.ts'
import { type Artifacts, builtArtifacts } from '../bundle/artifacts.ts'
import type { StackConfig } from '../config/parse.ts'
import { type InventorySecret, readSecrets } from '../inventory/inventory.ts'
import { naming as createNaming, type Naming } from '../naming.ts'
import { type SecretAccess, secretAccess } from '../policies/access.ts'
import { familyGrants } from '../policies/family-grants.ts'

export interface StackOptions {
  /** Pulumi project: `keyturn`. */
  readonly project: string
  /** Pulumi stack: `dev`. */
  readonly stack: string
  /** What `npm run build` left in dist/ unless given. */
  readonly artifacts?: Artifacts
}

/** All that is known of a stack before the first of its resources is made. */
export interface Blueprint {
  readonly config: StackConfig
  readonly artifacts: Artifacts
  readonly naming: Naming
  readonly region: string
  readonly accountId: string
  readonly deployer: Deployer
  /** In an order in which first values can be made. */
  readonly inventory: readonly InventorySecret[]
  /** Families that some secret belongs to, by name. */
  readonly families: readonly string[]
  /** Who may touch the value of each secret, by inventory name. */
  readonly access: ReadonlyMap<string, SecretAccess>
  /** Secrets that the stack has and the config no longer lists. */
  readonly removed: readonly RemovedSecret[]
  /** Where the proxy lives; undefined without one. */
  readonly network: Network | undefined
}

/**
 * Asks the account what only it can tell, and refuses what it would refuse in the middle of an update.
 * @throws KeyturnError `artifact-missing`, `operators-needed`, `operators-without-deployer`, `role-policy-too-long`,
 *   `proxy-config-too-long`, `secrets-alive`, and what {@link findNetwork} throws
 */
export async function drawBlueprint(config: StackConfig, options: StackOptions): Promise<Blueprint> {
  const artifacts = options.artifacts ?? builtArtifacts()
  const [{ arn, accountId }, { region }] = await Promise.all([getCallerIdentity({}), getRegion({})])
  const network = config.proxy && (await findNetwork(config.network, { ...config.proxy.loadBalancer, region }))
  const { project, stack } = options
  const naming = createNaming({ project, stack, partition: arn.split(':')[1] ?? 'aws', region, accountId })
  const inventory = readSecrets(config.secrets)
  const families = [...new Set(inventory.map(({ strategy }) => strategy.family))].sort()
  const deployer = await readDeployer(config.operators, arn, async (name) => (await getRole({ name })).arn)
  const removed = await findRemoved(config.secrets, naming)
  const access = secretAccess(config, inventory, deployer.operators, naming)
  for (const family of families) {
    assertRoleFits(family, familyGrants(inventory, family, enginePermissions), inventory, naming)
  }
  if (config.proxy) assertTaskFits(config.proxy, naming)
  return { config, artifacts, naming, region, accountId, deployer, inventory, families, access, removed, network }
}
