/** What a client's key must be worth at the least: it alone stands between a stranger and the upstream. */
export const BITS = 256

/** Narrowest first: what looks like hex is counted as hex. */
const ALPHABETS: readonly (readonly [pattern: RegExp, size: number])[] = [
  [/^\d+$/, 10],
  [/^([\da-f]+|[\dA-F]+)$/, 16],
  [/^([a-z]+|[A-Z]+)$/, 26],
  [/^([\da-z]+|[\dA-Z]+)$/, 36],
  [/^[\dA-Za-z]+$/, 62],
  [/^[\dA-Za-z_-]+$/, 64],
]

/** A stretch of so many bits does not come twice in a text that was drawn at random, nor does it count up or down. */
const STRETCH_BITS = 48

/**
 * Why a text is no key of 256 bits, as far as a text can tell, or undefined. It counts characters and sees repetition;
 * that a text was drawn at random it cannot see.
 */
export function weakness(text: string): string | undefined {
  const size = ALPHABETS.find(([pattern]) => pattern.test(text))?.[1]
  if (size === undefined) return 'the value holds characters other than A-Z, a-z, 0-9, "_" and "-"'
  const bits = Math.log2(size)
  const needed = Math.ceil(BITS / bits)
  if (text.length < needed) {
    const characters = text.length === 1 ? 'one character' : `${text.length} characters`
    return `the value has ${characters} out of ${size}, worth ${Math.floor(text.length * bits)} bits; it needs ${needed} of these`
  }
  const expected = size * (1 - (1 - 1 / size) ** text.length)
  if (new Set(text).size < expected / 2) return 'the value uses too few different characters'
  const stretch = Math.ceil(STRETCH_BITS / bits)
  if (repeats(text, stretch)) return 'a part of the value comes twice'
  if (countsUp(text, stretch)) return 'a part of the value counts up or down'
  return undefined
}

function repeats(text: string, length: number): boolean {
  const seen = new Set<string>()
  for (let at = 0; at + length <= text.length; at += 1) {
    const part = text.slice(at, at + length)
    if (seen.has(part)) return true
    seen.add(part)
  }
  return false
}

function countsUp(text: string, length: number): boolean {
  let run = 1
  let step: number | undefined
  for (let at = 1; at < text.length; at += 1) {
    const next = text.charCodeAt(at) - text.charCodeAt(at - 1)
    run = next === step ? run + 1 : 2
    step = next
    if (run >= length && Math.abs(next) <= 1) return true
  }
  return false
}
