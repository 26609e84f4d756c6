import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SecretString } from '../../../../core/secret-string.ts'
import { readKeyValue } from '../../../../proxy/keys/key-value.ts'

test('the whole value, or one field of a JSON object', () => {
  expect(readKeyValue(new SecretString('sk-1')).reveal()).toBe('sk-1')
  expect(readKeyValue(new SecretString('{"key":"sk-2","id":"x"}'), 'key').reveal()).toBe('sk-2')
})

test.each([
  ['empty', '', undefined],
  ['a line break at its end', 'sk-1\n', undefined],
  ['CR LF and a header', 'sk-1\r\nx-admin: 1', undefined],
  ['a space', 'sk 1', undefined],
  ['a NUL', 'sk\0', undefined],
  ['non-ASCII', 'sk-é', undefined],
  ['no JSON', 'sk-1', 'key'],
  ['a missing field', '{"other":"sk"}', 'key'],
  ['a field that is no text', '{"key":{"a":1}}', 'key'],
  ['a list', '["sk-1"]', '0'],
  ['several keys', 'sk-1, sk-2', undefined],
  ['a list of keys', '["sk-1","sk-2"]', undefined],
  ['a JSON object without a field setting', '{"key":"sk-1"}', undefined],
  ['an inherited field', '{}', 'constructor'],
])('%s is malformed, and the message does not quote it', (_what, value, field) => {
  expect(() => readKeyValue(new SecretString(value), field)).toThrow(expect.objectContaining({ code: 'key-malformed' }))
  try {
    readKeyValue(new SecretString(value), field)
  } catch (error) {
    if (value !== '') expect(String(error)).not.toContain(value)
  }
})

test('whatever is accepted can stand in a header as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      try {
        const key = readKeyValue(new SecretString(text)).reveal()
        expect(new Headers({ authorization: `Bearer ${key}` }).get('authorization')).toBe(`Bearer ${key}`)
      } catch (error) {
        expect(error).toMatchObject({ code: 'key-malformed' })
      }
    }),
  )
})
