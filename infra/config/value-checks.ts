import type { Problem } from '../../core/errors.ts'
import { strategyFor } from '../../lambdas/strategies/find-strategy.ts'
import { readParams } from '../inventory/strategy-params.ts'
import { formatPath } from './path.ts'
import type { LenientInventory } from './reference-checks.ts'

/** First values that a person hands over, by inventory name, as `pulumi config set --secret` holds them. */
export type RawValues = Readonly<Record<string, unknown>>

export const howToSet = (name: string): string => `pulumi config set --secret --path 'keyturn:values.${name}'`

/** In place of a value that is there and cannot be read: it is encrypted. */
export const SEALED = Symbol('encrypted')

/** Whether a person alone can obtain the values of a strategy. */
export const isHandedOver = (strategy: string): boolean => strategyFor(strategy).supply === 'required'

/** Secrets whose first value a person must hand over, and has not. */
export const missingValues = ({ secrets }: LenientInventory, values: RawValues): readonly string[] =>
  secrets.flatMap(({ name, strategy }) => {
    const wanted = name !== undefined && strategy !== undefined && isHandedOver(strategy)
    return wanted && values[name] === undefined ? [name] : []
  })

/**
 * Every secret whose values a person must hand over has a first value that could be one, and no secret that makes its own
 * has any. Values are never quoted.
 */
export function checkValues(values: RawValues, { secrets }: LenientInventory): Problem[] {
  const strategies = new Map(secrets.map((secret) => [secret.name, secret]))
  const surplus = Object.keys(values).flatMap((name) => {
    const strategy = strategies.get(name)?.strategy
    const path = formatPath(['values', name])
    // A secret whose name cannot be read may be the one.
    if (!strategies.has(name) && strategies.has(undefined)) return []
    if (!strategies.has(name)) return [{ path, message: 'belongs to no secret of the inventory. Remove it' }]
    return strategy === undefined || strategyFor(strategy).supply !== 'never'
      ? []
      : [{ path, message: `is surplus: a "${strategy}" secret makes its own first value. Remove it` }]
  })
  const supplied = secrets.flatMap(({ name, strategy, params }) => {
    if (name === undefined || strategy === undefined) return []
    const { supply } = strategyFor(strategy)
    const value = values[name]
    const path = formatPath(['values', name])
    if (value === SEALED || supply === 'never' || (supply === 'allowed' && value === undefined)) return []
    if (value === undefined)
      return [{ path, message: `is missing: a person supplies the first value. Run: ${howToSet(name)}` }]
    if (typeof value !== 'string') return [{ path, message: `must be text. Run: ${howToSet(name)}` }]
    const reason = params === undefined ? undefined : readParams(strategy, params)?.checkValue(value)
    return reason === undefined ? [] : [{ path, message: `${reason}. Run: ${howToSet(name)}` }]
  })
  return [...surplus, ...supplied]
}
