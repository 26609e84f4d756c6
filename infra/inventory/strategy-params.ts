import { KeyturnError } from '../../core/errors.ts'
import type { PermissionStatement } from '../../core/permissions.ts'
import { SecretString } from '../../core/secret-string.ts'
import { strategyFor } from '../../lambdas/strategies/find-strategy.ts'

/** What infra needs to know of a strategy with its parameters. */
export interface ReadParams {
  readonly family: string
  /** The parameters with their defaults filled in. */
  readonly params: unknown
  readonly permissions: readonly PermissionStatement[]
  /** Inventory names of other secrets that the strategy reads. */
  readonly references: readonly string[]
  readonly liveKeys: number | undefined
  /** What is wrong with a value, without the value. */
  checkValue(value: string): string | undefined
}

/** Undefined when the parameters do not fit the strategy's schema. */
export function readParams(kind: string, raw: unknown): ReadParams | undefined {
  const strategy = strategyFor(kind)
  const read = strategy.params.safeParse(raw)
  if (!read.success) return undefined
  const permissions = strategy.permissions(read.data)
  return {
    family: strategy.family,
    params: read.data,
    permissions,
    references: [...new Set(permissions.flatMap(({ on }) => ('name' in on ? [on.name] : [])))],
    liveKeys: strategy.liveKeys?.(read.data),
    checkValue: (value) => strategy.checkValue(new SecretString(value), read.data),
  }
}

/**
 * Parameters as the rotation function reads them: what a parameter named `…Secret` calls by its inventory name is
 * called by its full name.
 * @throws KeyturnError `strategy-reference-hidden` (terminal) when a strategy reads a secret that no such parameter names
 */
export function withFullNames({ params, references }: ReadParams, fullName: (name: string) => string): unknown {
  const entries = Object.entries(params as Record<string, unknown>)
  const named = new Set(entries.filter(isReference).map(([, value]) => value))
  const hidden = references.find((reference) => !named.has(reference))
  if (hidden !== undefined) {
    throw new KeyturnError(
      'strategy-reference-hidden',
      `A strategy reads the secret "${hidden}", but no parameter whose name ends in "Secret" names it.`,
    )
  }
  return Object.fromEntries(entries.map((entry) => (isReference(entry) ? [entry[0], fullName(entry[1])] : entry)))
}

const isReference = (entry: [string, unknown]): entry is [string, string] =>
  entry[0].endsWith('Secret') && typeof entry[1] === 'string'
