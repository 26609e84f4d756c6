import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  findCredentials,
  isKeyHeader,
  stripCookies,
  stripQuery,
} from '../../../../../proxy/data-plane/credentials/key-places.ts'

const KEY = `kt_${'c'.repeat(43)}`

test.each([
  [['Authorization', `Bearer ${KEY}`], undefined],
  [['authorization', `bearer  ${KEY} `], undefined],
  [['X-Api-Key', KEY], undefined],
  [['api-key', KEY], undefined],
  [['x-goog-api-key', KEY], undefined],
  [[], `key=${KEY}`],
  [[], `a=1&k%65y=${KEY.replace('_', '%5F')}&b=2`],
  [['authorization', `Bearer ${KEY}`, 'x-api-key', KEY], `key=${KEY}`],
])('part of C3: one credential is found in %j ?%s', (headers, query) => {
  expect(findCredentials(headers, query)).toEqual([KEY])
})

test('nothing, or an empty place, is no credential', () => {
  expect(findCredentials(['authorization', 'Bearer ', 'x-api-key', '', 'cookie', `key=${KEY}`], 'key=&a')).toEqual([])
})

test('part of C3: different credentials are all found, wherever they stand', () => {
  const headers = ['authorization', 'Bearer one', 'x-api-key', 'two', 'x-api-key', 'three']

  expect(findCredentials(headers, 'key=four&key=five')).toEqual(['one', 'two', 'three', 'four', 'five'])
})

test('a scheme other than Bearer does not lend its value to a key', () => {
  expect(findCredentials(['authorization', `Basic ${KEY}`], undefined)).toEqual([`Basic ${KEY}`])
})

test.each(['authorization', 'x-api-key', 'x_api_key', 'api-key', 'x-goog-api-key', 'x_goog-api_key'])(
  '%s is a key header',
  (name) => {
    expect(isKeyHeader(name)).toBe(true)
  },
)

test.each([
  [undefined, undefined],
  ['', ''],
  ['a=1&b=%20+x&&c', 'a=1&b=%20+x&&c'],
  [`key=${KEY}`, undefined],
  [`a=1&key=${KEY}&b=2`, 'a=1&b=2'],
  [`a=1&%6Bey=x&token=${KEY}`, 'a=1'],
  ['keys=1&monkey=2', 'keys=1&monkey=2'],
  ['bad=%zz&key=%zz', 'bad=%zz'],
])('part of C3: query %s becomes %s', (query, kept) => {
  expect(stripQuery(query, KEY)).toBe(kept)
})

test.each([
  ['session=1; theme=dark', 'session=1; theme=dark'],
  [`session=1; key=${KEY}; theme=dark`, 'session=1; theme=dark'],
  [`x_api_key=zzz; auth="${KEY}"`, undefined],
  [`wrapped=Bearer%20${KEY}; a=b`, 'a=b'],
])('part of C3: cookies %s become %s', (cookies, kept) => {
  expect(stripCookies(cookies, KEY)).toBe(kept)
})

test('part of C3: after stripping, no decoding of the query shows the credential, and the rest is untouched', () => {
  const encoded = fc
    .array(fc.boolean(), { minLength: KEY.length, maxLength: KEY.length })
    .map((choices) =>
      [...KEY].map((char, index) => (choices[index] ? `%${char.charCodeAt(0).toString(16)}` : char)).join(''),
    )
  const harmless = fc.constantFrom('a=1', 'b=%20', 'c', '', 'd=x=y', 'e=+')
  fc.assert(
    fc.property(
      fc.array(harmless),
      fc.array(harmless),
      fc.constantFrom('key', 'k%65y', 'token', 'x'),
      encoded,
      (before, after, name, value) => {
        const kept = stripQuery([...before, `${name}=${value}`, ...after].join('&'), KEY)
        expect(kept ?? '').toBe([...before, ...after].join('&'))
      },
    ),
  )
})
