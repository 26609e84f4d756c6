export interface Claim {
  readonly id: string
  /** The name says "part of": the test alone does not stand for the row. */
  readonly inPart: boolean
}

/** `B4`, `part of B4`; the rows D and E, which have no number, only at the start of a name or where a list of ids is. */
const NUMBERED = /(?<![\w%])(part of )?([A-C]\d{1,2})(?![\w%])/g
const LETTER = /(?:^|\(|, )(part of )?([DE])(?=[:),])/g

/**
 * The rows that one part of a test's name claims.
 * @example
 * claimsOf('B20, part of D: end') // B20 whole, D in part
 */
export function claimsOf(name: string): readonly Claim[] {
  return [...name.matchAll(NUMBERED), ...name.matchAll(LETTER)].map(([, part, id = '']) => ({
    id,
    inPart: part !== undefined,
  }))
}

/** The name without its ids: what the test shows. */
export function withoutClaims(name: string): string {
  return name
    .replace(/\s*\((?:(?:, )?(?:part of )?(?:[A-C]\d{1,2}|[DE]))+\)/g, '')
    .replace(/^(?:(?:, | )?(?:part of )?(?:[A-C]\d{1,2}|[DE](?=[:,])))+:?\s+/, '')
}
