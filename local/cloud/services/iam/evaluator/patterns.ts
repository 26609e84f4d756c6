import { matchesArn } from './arn.ts'
import type { Patterns } from './types.ts'
import { type ContextLookup, compile } from './variables.ts'
import { matches, wildcard } from './wildcard.ts'

/** The action patterns of a statement that fit, as written (`!…` for NotAction); none when it is about other actions. */
export function matchingActions(patterns: Patterns, action: string): string[] {
  const name = action.toLowerCase()
  return fitting(patterns, (pattern) => matches(wildcard(pattern.toLowerCase()), name))
}

/** The same for resources. A pattern whose policy variable has no value fits nothing. */
export function matchingResources(patterns: Patterns, resource: string, lookup: ContextLookup): string[] {
  return fitting(patterns, (pattern) => {
    const compiled = compile(pattern, lookup)
    return compiled !== undefined && matchesArn(compiled, resource)
  })
}

/** How a pattern list is shown in a grant: each pattern by itself, or the whole of a negated list. */
export function shown({ negated, values }: Patterns): string[] {
  return negated ? [`!${values.join(',')}`] : [...values]
}

function fitting(patterns: Patterns, fits: (pattern: string) => boolean): string[] {
  if (patterns.negated) return patterns.values.some(fits) ? [] : shown(patterns)
  return patterns.values.filter(fits)
}
