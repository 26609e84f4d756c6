import fc from 'fast-check'
import type { Random } from '../../core/random.ts'
import { strategyFor } from '../../lambdas/strategies/find-strategy.ts'

/** What of the inventory matters here. */
interface InventoryEntry {
  readonly name: string
  readonly strategy: string
  readonly params?: {
    readonly pattern?: string
    readonly adminSecret?: string
    readonly create?: { readonly url?: string }
  }
}

export interface ThrowawayValues {
  /** First values that a person must hand over, by inventory name. */
  readonly values: Readonly<Record<string, string>>
  /** Those of them that administer a provider's keys, by the provider's name at the local upstream. */
  readonly adminKeys: Readonly<Record<string, readonly string[]>>
}

/** Makes up what a person would supply, in the shape that the inventory asks for. `providers`: names by URL prefix. */
export function throwawayValues(
  inventory: readonly InventoryEntry[],
  providers: Readonly<Record<string, string>>,
  random: Random,
): ThrowawayValues {
  const values = Object.fromEntries(
    inventory
      .filter(({ strategy }) => strategyFor(strategy).supply === 'required')
      .map(({ name, params }) => [name, matching(params?.pattern ?? '[a-z0-9]{40}', random)]),
  )
  const adminKeys: Record<string, string[]> = {}
  for (const { params } of inventory) {
    const provider = Object.keys(providers).find((prefix) => params?.create?.url?.startsWith(`${prefix}/`))
    const value = values[params?.adminSecret ?? '']
    const name = provider === undefined ? undefined : providers[provider]
    if (name !== undefined && value !== undefined) adminKeys[name] = [...(adminKeys[name] ?? []), value]
  }
  return { values, adminKeys }
}

function matching(pattern: string, random: Random): string {
  const [value] = fc.sample(fc.noBias(fc.stringMatching(new RegExp(`^(?:${pattern})$`))), {
    numRuns: 1,
    seed: random.int(2 ** 31),
  })
  return value ?? ''
}
