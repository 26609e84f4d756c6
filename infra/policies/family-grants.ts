import type { InventorySecret } from '../inventory/inventory.ts'
import { present } from '../stack/maps.ts'
import type { Grant } from './permissions.ts'

/** What the secrets of one family ask for. */
export function familyGrants(
  secrets: readonly InventorySecret[],
  family: string,
  base: Grant['statements'],
): readonly Grant[] {
  return secrets
    .filter(({ strategy }) => strategy.family === family)
    .map(({ settings, strategy }) => ({ own: settings.name, statements: [...base, ...strategy.permissions] }))
}

/** The kind of each secret's strategy, by inventory name. */
export function strategyIn(inventory: readonly InventorySecret[]): (name: string) => string {
  const kinds = new Map(inventory.map(({ settings }) => [settings.name, settings.strategy]))
  return (name) => present(kinds, name)
}
