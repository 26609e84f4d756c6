import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scanForClientKeys, scanForKey } from '../../../../../proxy/data-plane/credentials/key-scan.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'
const clientKey = fc
  .array(fc.constantFrom(...ALPHABET), { minLength: 43, maxLength: 43 })
  .map((chars) => `kt_${chars.join('')}`)
const around = fc.string({ unit: 'grapheme-ascii', maxLength: 12 })

const percent = (text: string, which: (at: number) => boolean): string =>
  [...text]
    .map((char, at) => (which(at) ? `%${char.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}` : char))
    .join('')

test('part of C3: a client key is seen in any mix of text, percent-encoding and base64', () => {
  const encodings = fc.constantFrom(
    (text: string) => text,
    (text: string) => percent(text, () => true),
    (text: string) => percent(text, (at) => at % 3 === 0),
    (text: string) => Buffer.from(text, 'latin1').toString('base64'),
    (text: string) => Buffer.from(text, 'latin1').toString('base64url'),
  )
  fc.assert(
    fc.property(clientKey, around, around, encodings, encodings, (key, before, after, inner, outer) => {
      expect(scanForClientKeys().holds(outer(before + inner(key) + after))).toBe(true)
    }),
  )
})

test('part of C3: a text without a key is not taken for one', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400 }), fc.base64String({ maxLength: 400 }), (text, encoded) => {
      fc.pre(!text.includes('%25'))
      expect(scanForClientKeys().holds(text)).toBe(false)
      expect(scanForClientKeys().holds(encoded)).toBe(false)
    }),
  )
})

test.each([
  ['one character short', `kt_${'a'.repeat(42)}`, false],
  ['whole', `kt_${'a'.repeat(43)}`, true],
  ['longer', `kt_${'a'.repeat(50)}`, true],
  ['in upper case', `KT_${'A'.repeat(43)}`, false],
])('part of C3: the shape of a client key, %s', (_what, text, held) => {
  expect(scanForClientKeys().holds(text)).toBe(held)
})

test('part of C3: a name is seen in any case', () => {
  expect(scanForClientKeys().holdsInName(`X-KT_${'A'.repeat(43)}`)).toBe(true)
  expect(scanForKey('sk-Upstream').holdsInName('x-sk-upSTREAM')).toBe(true)
  expect(scanForKey('sk-Upstream').holds('sk-upstream')).toBe(false)
})

test('a text encoded more often than is seen through counts as holding a key', () => {
  let text = '%41'.repeat(20)
  for (let layer = 0; layer < 6; layer += 1) text = text.replaceAll('%', '%25')

  expect(scanForClientKeys().holds(text)).toBe(true)
})

test.each([
  ['an alphabet without end', 'aB3_'.repeat(4_000)],
  ['escapes of escapes', `%${'25'.repeat(8_000)}`],
  ['almost keys', `kt_${'a'.repeat(42)}.`.repeat(350)],
  ['base64 of base64', Buffer.from(Buffer.from('x'.repeat(9_000)).toString('base64')).toString('base64')],
])('a head full of %s costs milliseconds', (_what, text) => {
  const began = performance.now()
  for (let round = 0; round < 10; round += 1) scanForClientKeys().holds(text)

  expect((performance.now() - began) / 10).toBeLessThan(50)
})

test('a very short key of ours is not looked for', () => {
  expect(scanForKey('short').holds('a short text')).toBe(false)
})
