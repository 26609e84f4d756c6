import { KeyturnError } from '../../core/errors.ts'
import * as registry from './registry.ts'
import type { Network, Strategy } from './strategy.ts'

/** Every strategy, by the name under which the registry exports it. */
const registered: Readonly<Record<string, Strategy>> = registry

/** Every strategy, by kind. */
export const strategies: Readonly<Record<string, Strategy>> = Object.fromEntries(
  Object.values(registered).map((strategy) => [strategy.kind, strategy]),
)

/** @throws KeyturnError `strategy-unknown` (terminal) */
export function strategyFor(kind: string): Strategy {
  const strategy = Object.hasOwn(strategies, kind) ? strategies[kind] : undefined
  if (strategy) return strategy
  throw new KeyturnError(
    'strategy-unknown',
    `Strategy "${kind}" does not exist. Allowed: ${Object.keys(strategies).join(', ')}.`,
  )
}

/** Strategies that share a function, a role and a bundle. */
export interface Family {
  readonly name: string
  readonly network: Network
  /** Names under which the registry exports its strategies. */
  readonly exports: readonly string[]
}

/** The families that the registry knows, by name. */
export const families: readonly Family[] = familiesOf(registered)

/**
 * Groups strategies by family; a family whose strategies differ in their network would move a function that works.
 * @throws KeyturnError `strategy-family-split` (terminal)
 */
export function familiesOf(all: Readonly<Record<string, Strategy>>): readonly Family[] {
  const groups = Map.groupBy(Object.entries(all), ([, { family }]) => family)
  return [...groups]
    .map(([name, members]): Family => {
      const [network = 'none', ...others] = new Set(members.map(([, strategy]) => strategy.network))
      if (others.length > 0) {
        const kinds = members.map(([, { kind, network }]) => `"${kind}" has network "${network}"`).join(', ')
        throw new KeyturnError(
          'strategy-family-split',
          `The strategies of family "${name}" share one function, and ${kinds}. Give one of them a family of its own.`,
        )
      }
      return { name, network, exports: members.map(([exported]) => exported).sort() }
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}
