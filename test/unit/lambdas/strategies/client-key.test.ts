import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SecretString } from '../../../../core/secret-string.ts'
import { clientKey } from '../../../../lambdas/strategies/client-key/client-key.ts'

const check = (text: string): string | undefined => clientKey.checkValue(new SecretString(text))

const DIGITS = '0123456789'
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ALPHANUMERIC = `${DIGITS}${UPPER}${UPPER.toLowerCase()}`
const BASE64URL = `${ALPHANUMERIC}_-`

/** Drawn evenly, as a generator does; fast-check itself prefers small values and repeats them. */
const drawn = (alphabet: string, length: number) =>
  fc.noBias(
    fc
      .array(fc.integer({ min: 0, max: alphabet.length - 1 }), { minLength: length, maxLength: length })
      .map((picks) => picks.map((pick) => alphabet[pick]).join('')),
  )

const strong = '4fK9_xQ7-bT2mWz8RcVh3NsYpLgJ6dAeUo1iXwBtCvE'

describe('part of B7: a client’s own key', () => {
  it.each<[string, string, number]>([
    ['hex', '0123456789abcdef', 64],
    ['digits', DIGITS, 78],
    ['letters and digits', ALPHANUMERIC, 43],
    ['base64url', BASE64URL, 43],
  ])('of 256 bits of %s is taken, with the prefix and without', (_what, alphabet, length) => {
    fc.assert(
      fc.property(drawn(alphabet, length), (text) => {
        expect(check(text)).toBeUndefined()
        expect(check(`kt_${text}`)).toBeUndefined()
      }),
    )
  })

  it.each<[string, string, RegExp]>([
    ['of one character less', strong.slice(1), /has 42 characters out of 64, worth 252 bits; it needs 43 of these/],
    ['of 43 characters that are all hex', '3f'.padEnd(43, '9a4c71e80b2d65'), /out of 16, worth 172 bits; it needs 64/],
    ['of white space at its end', `${strong}\n`, /holds characters other than/],
    ['of a comma, which would be two keys', `${strong},x`, /holds characters other than/],
    ['of one character', 'x'.repeat(60), /too few different characters/],
    ['of a short pattern', 'aB3-'.repeat(12), /too few different characters/],
    ['of a key that comes twice', `${strong.slice(0, 30)}${strong.slice(0, 30)}`, /a part of the value comes twice/],
    ['of the alphabet', `${ALPHANUMERIC}_-`, /a part of the value counts up or down/],
    ['of more than 512 characters', strong.repeat(12), /more than 512 characters/],
    ['of nothing', '', /holds characters other than/],
  ])('%s is refused, with what is allowed and without the key', (_what, text, message) => {
    for (const whole of [text, `kt_${text}`]) {
      const problem = check(whole)
      expect(problem).toMatch(message)
      expect(problem).toMatch(/43 characters or more of A-Z, a-z, 0-9, "_" and "-" \(64 of hex\)/)
      if (text !== '') expect(problem).not.toContain(text)
    }
  })
})
