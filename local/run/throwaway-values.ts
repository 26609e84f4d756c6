import fc from 'fast-check'
import { KeyturnError } from '../../core/errors.ts'
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
      .map(({ name, params }) => [name, matching(name, params?.pattern ?? '[a-z0-9]{40}', random)]),
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

/** @throws KeyturnError `config-invalid` (needs-human) for a pattern that is sound and still too much to make values for */
function matching(name: string, pattern: string, random: Random): string {
  try {
    const [value] = fc.sample(fc.noBias(fc.stringMatching(new RegExp(`^(?:${pattern})$`))), {
      numRuns: 1,
      seed: random.int(2 ** 31),
    })
    return value ?? ''
  } catch (cause) {
    throw new KeyturnError(
      'config-invalid',
      `secrets.${name}.params.pattern: npm start cannot make up a value for this pattern: it takes no lookahead, lookbehind, \\b or backreference. Write it without, such as "sk-[A-Za-z0-9_-]{20,}".`,
      cause,
    )
  }
}
