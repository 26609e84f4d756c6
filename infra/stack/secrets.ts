import { ManagedSecret } from '../components/managed-secret.ts'
import { proxySecrets } from '../components/proxy-config.ts'
import { SecretGroup } from '../components/secret-group.ts'
import { groupAccess } from '../policies/access.ts'
import type { Blueprint } from './blueprint.ts'
import { present } from './maps.ts'

/** By group name. */
export type Groups = ReadonlyMap<string, SecretGroup>

/** By inventory name. */
export type Secrets = ReadonlyMap<string, ManagedSecret>

/** A key for each group. */
export function createGroups({ config, naming, inventory, access, deployer }: Blueprint): Groups {
  const users = groupAccess(inventory, access)
  const entries = Object.entries(config.groups).map(([group, settings]): [string, SecretGroup] => {
    const { writers = [], readers = [] } = users.get(group) ?? {}
    const args = { naming, settings, writers, readers, creator: deployer.arn, protect: config.protect }
    return [group, new SecretGroup(group, args)]
  })
  return new Map(entries)
}

export function createSecrets({ config, naming, inventory, access }: Blueprint, groups: Groups): Secrets {
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
