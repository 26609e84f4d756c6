import { readOperator } from './operators.ts'
import type { Condition } from './types.ts'
import type { ContextLookup } from './variables.ts'

/** Whether every condition of a statement is met; a statement without conditions applies always. */
export function conditionsMet(conditions: readonly Condition[], lookup: ContextLookup): boolean {
  return conditions.every((condition) => conditionMet(condition, lookup))
}

/**
 * How missing keys, several values and negation go together:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
function conditionMet({ operator, key, values }: Condition, lookup: ContextLookup): boolean {
  const { quantifier, ifExists, negated, compare } = readOperator(operator)
  const actual = lookup(key)
  const missing = actual === undefined || actual.length === 0
  if (compare === undefined) return values.some((value) => (value.toLowerCase() === 'true') === missing)
  if (missing) return quantifier === 'ForAnyValue' ? false : ifExists || negated || quantifier === 'ForAllValues'

  const meets = (value: string): boolean => values.some((expected) => compare(value, expected, lookup)) !== negated
  // Without a quantifier a negated operator must hold for all values of the request, a positive one for any.
  const all = quantifier === 'ForAllValues' || (quantifier === undefined && negated)
  return all ? actual.every(meets) : actual.some(meets)
}
