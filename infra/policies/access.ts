import { proxySecrets } from '../components/proxy-config.ts'
import type { StackConfig } from '../config/parse.ts'
import type { InventorySecret } from '../inventory/inventory.ts'
import type { Naming } from '../naming.ts'

/** ARNs of the principals that a secret's key and policy name. */
export interface SecretAccess {
  /** Put and read values: the rotation function and operators. */
  readonly writers: readonly string[]
  /** Read values: the proxy, declared consumers, and functions that need this secret to rotate another. */
  readonly readers: readonly string[]
}

/** Who may touch the value of each secret, by inventory name. Roles are named before they exist. */
export function secretAccess(
  config: StackConfig,
  secrets: readonly InventorySecret[],
  operators: readonly string[],
  naming: Naming,
): ReadonlyMap<string, SecretAccess> {
  const viaProxy = new Set(config.proxy ? proxySecrets(config.proxy) : [])
  return new Map(
    secrets.map(({ settings, strategy }) => {
      const writers = [naming.roleArn(rotationFunctionName(strategy.family)), ...operators]
      const referring = secrets.filter((other) => other.strategy.references.includes(settings.name))
      const readers = [
        ...(viaProxy.has(settings.name) ? [naming.roleArn(PROXY_TASK_ROLE)] : []),
        ...settings.consumers.map((consumer) => consumerRole(config.consumers[consumer]?.role ?? consumer, naming)),
        ...referring.map((other) => naming.roleArn(rotationFunctionName(other.strategy.family))),
      ]
      return [settings.name, { writers, readers: unique(readers).filter((reader) => !writers.includes(reader)) }]
    }),
  )
}

/** Who may use the key of each group: everyone who may touch one of its secrets. */
export function groupAccess(
  secrets: readonly InventorySecret[],
  access: ReadonlyMap<string, SecretAccess>,
): ReadonlyMap<string, SecretAccess> {
  const groups = Map.groupBy(secrets, ({ settings }) => settings.group)
  return new Map(
    [...groups].map(([group, members]) => {
      const all = members.flatMap(({ settings }) => access.get(settings.name) ?? [])
      const writers = unique(all.flatMap((one) => one.writers))
      const readers = unique(all.flatMap((one) => one.readers)).filter((reader) => !writers.includes(reader))
      return [group, { writers, readers }]
    }),
  )
}

export const rotationFunctionName = (family: string): string => `rotate-${family}`

export const PROXY_TASK_ROLE = 'proxy-task'

/** A role's ARN, from its ARN or its name in this account. */
export const consumerRole = (role: string, { accountRoot }: Naming): string =>
  role.startsWith('arn:') ? role : accountRoot.replace(/:root$/, `:role/${role}`)

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort()
