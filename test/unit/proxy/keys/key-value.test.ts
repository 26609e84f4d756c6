import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SecretString } from '../../../../core/secret-string.ts'
import { readKeyValue } from '../../../../proxy/keys/key-value.ts'

test('the whole value, or one field of a JSON object', () => {
  expect(readKeyValue(new SecretString('sk-1')).reveal()).toBe('sk-1')
  expect(readKeyValue(new SecretString('{"key":"sk-2","id":"x"}'), 'key').reveal()).toBe('sk-2')
})

test.each([
  ['OpenAI', 'sk-proj-aB3_x-Y9'],
  ['Anthropic', 'sk-ant-api03-aB3_x-Y9-AA'],
  ['Google', 'AIzaSyA-1_b'],
  ['an OAuth token', 'ya29.a0Af_B~c'],
  ['Telegram', '123456:AAH-x_y'],
  ['base64', 'QUJTSy9hYmM+ZGVm/w=='],
  ['Baidu', 'bce-v3/ALTAK-abc/def'],
])('a key as %s writes it is taken', (_provider, key) => {
  expect(readKeyValue(new SecretString(key)).reveal()).toBe(key)
  expect(readKeyValue(new SecretString(JSON.stringify({ key })), 'key').reveal()).toBe(key)
})

test.each([
  ['a list', 'sk-a,sk-b', 'list'],
  ['a list with semicolons', 'sk-a;sk-b', 'list'],
  ['a quoted key', '"sk-a"', 'quotes'],
  ['a key in single quotes', "'sk-a'", 'quotes'],
  ['half a quotation', '"sk-a', 'quotes'],
  ['a scheme and a key', 'Bearer sk-a', 'scheme'],
  ['a scheme alone', 'bearer', 'scheme'],
  ['a scheme and a colon', 'Bearer:sk-a', 'scheme'],
  ['an assignment', 'OPENAI_API_KEY=sk-a', 'assignment'],
  ['two keys on one line', 'sk-a sk-b', 'space'],
  ['a line break at its end', 'sk-a\n', 'line break at its end'],
  ['a percent sign', 'sk%2Ca', 'no key has'],
  ['more than 8192 characters', 'a'.repeat(8_193), 'too long'],
])('%s is refused with its reason, without the value, whole or in a field', (_what, value, reason) => {
  for (const [text, field] of [[value], [JSON.stringify({ key: value }), 'key']] as const) {
    const thrown = expect(() => readKeyValue(new SecretString(text), field))
    thrown.toThrow(expect.objectContaining({ code: 'key-malformed', message: expect.stringContaining(reason) }))
    thrown.not.toThrow(/sk-a|OPENAI|%2C/)
  }
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
