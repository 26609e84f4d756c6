/** One piece of a pattern: a character that must stand as it is, any one character, or any run of them. */
type Token = { readonly kind: 'literal'; readonly char: string } | { readonly kind: 'one' } | { readonly kind: 'any' }

export type Pattern = readonly Token[]

export const literal = (text: string): Pattern => Array.from(text, (char) => ({ kind: 'literal', char }))

/** Compiles `*` (any run, also an empty one) and `?` (any one character). */
export const wildcard = (text: string): Pattern =>
  Array.from(text, (char): Token => {
    if (char === '*') return { kind: 'any' }
    return char === '?' ? { kind: 'one' } : { kind: 'literal', char }
  })

/** Whether the whole text matches. Linear in space, at worst quadratic in time: no regular expression to blow up. */
export function matches(pattern: Pattern, text: string): boolean {
  const chars = Array.from(text)
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < chars.length) {
    const token = pattern[p]
    if (token?.kind === 'any') {
      star = p++
      resume = t
    } else if (token?.kind === 'one' || (token?.kind === 'literal' && token.char === chars[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  return pattern.slice(p).every((token) => token.kind === 'any')
}

/** Splits at literal colons, at most into `parts` pieces; the last keeps the rest. */
export function splitAtColons(pattern: Pattern, parts: number): Pattern[] {
  const pieces: Token[][] = [[]]
  for (const token of pattern) {
    if (token.kind === 'literal' && token.char === ':' && pieces.length < parts) pieces.push([])
    else pieces.at(-1)?.push(token)
  }
  return pieces
}
