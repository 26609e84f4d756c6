import { literal, type Pattern, wildcard } from './wildcard.ts'

/** Looks up a condition key whatever its case. */
export type ContextLookup = (key: string) => readonly string[] | undefined

const VARIABLE = /\$\{([^}]*)\}/g
const DEFAULTED = /^([^,]+),\s*'([^']*)'$/

/**
 * Compiles a policy text, putting policy variables in: `${aws:PrincipalTag/team}`, with a default
 * `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`, `${?}`, `${$}`. What a variable brings is literal.
 * @returns undefined when a variable has no single value, which makes the statement not match
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function compile(
  text: string,
  lookup: ContextLookup,
  plain: (text: string) => Pattern = wildcard,
): Pattern | undefined {
  const pieces: Pattern[] = []
  let end = 0
  for (const found of text.matchAll(VARIABLE)) {
    const value = resolve(found[1] ?? '', lookup)
    if (value === undefined) return undefined
    pieces.push(plain(text.slice(end, found.index)), literal(value))
    end = found.index + found[0].length
  }
  return [...pieces.flat(), ...plain(text.slice(end))]
}

function resolve(expression: string, lookup: ContextLookup): string | undefined {
  if (expression === '*' || expression === '?' || expression === '$') return expression
  const [, key, fallback] = DEFAULTED.exec(expression) ?? [undefined, expression, undefined]
  const values = lookup(key?.trim() ?? '')
  return values?.length === 1 ? values[0] : fallback
}
