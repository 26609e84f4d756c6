import { KeyturnError } from '../../core/errors.ts'
import type { RotationEntry, RotationInventory } from '../../core/inventory.ts'
import type { SecretSettings } from '../config/schema.ts'
import type { Naming } from '../naming.ts'
import { type ReadParams, readParams, withFullNames } from './strategy-params.ts'

/** A secret of the checked config, with what its strategy asks for. */
export interface InventorySecret {
  readonly settings: SecretSettings
  readonly strategy: ReadParams
}

/**
 * Secrets in an order in which first values can be made: what others read comes first.
 * The config has been checked: names exist, and nothing goes in circles.
 */
export function readSecrets(secrets: readonly SecretSettings[]): readonly InventorySecret[] {
  const all = new Map(secrets.map((settings) => [settings.name, { settings, strategy: strategyOf(settings) }]))
  const ordered = new Set<InventorySecret>()
  const visit = (name: string): void => {
    const secret = all.get(name)
    if (!secret || ordered.has(secret)) return
    secret.strategy.references.forEach(visit)
    ordered.add(secret)
  }
  for (const name of all.keys()) visit(name)
  return [...ordered]
}

/** What a rotation function finds beside its bundle. */
export function rotationInventory(
  secrets: readonly InventorySecret[],
  family: string,
  naming: Naming,
): RotationInventory {
  const entries = secrets
    .filter(({ strategy }) => strategy.family === family)
    .map(({ settings, strategy }): [string, RotationEntry] => {
      const params = withFullNames(strategy, naming.secret)
      return [naming.secret(settings.name), { strategy: settings.strategy, grace: settings.grace, params }]
    })
  return { version: 1, secrets: Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1))) }
}

function strategyOf({ name, strategy, params }: SecretSettings): ReadParams {
  const read = readParams(strategy, params)
  if (read) return read
  throw new KeyturnError(
    'strategy-params-invalid',
    `The parameters of "${name}" do not fit strategy "${strategy}". Correct them in the stack config.`,
  )
}
