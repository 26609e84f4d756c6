import { describe, expect, it } from 'vitest'
import { SecretString } from '../../../../core/secret-string.ts'
import { supplied } from '../../../../lambdas/strategies/supplied/supplied.ts'

const check = (value: string, params = {}): string | undefined =>
  supplied.checkValue(new SecretString(value), supplied.params.parse(params))

describe('part of B7: supplied', () => {
  it('accepts any text without white space around it', () => {
    expect(check('123456:AA-token')).toBeUndefined()
    expect(check('two words')).toBeUndefined()
  })

  it.each(['', ' ', '\n', ' token', 'token\n', '\ttoken'])('refuses %j, which a paste leaves behind', (value) => {
    expect(check(value)).toBeDefined()
  })

  it('holds the whole value against the pattern, and does not repeat it', () => {
    const pattern = '\\d{6}:[A-Za-z]+'
    expect(check('123456:abc', { pattern })).toBeUndefined()
    expect(check('x123456:abc', { pattern })).toContain(pattern)
    expect(check('123456:abc-sneaky', { pattern })).not.toContain('sneaky')
  })

  it.each([
    [{ pattern: '(' }, /regular expression/],
    [{ test: { method: 'GET', url: 'http://plain.example' } }, /https/],
    [{ test: { method: 'GET', url: 'https://a:b@example.com' } }, /user or password/],
    [{ test: { method: 'GET', url: 'https://example.com', headers: { Authorization: 'x' } } }, /set by Keyturn/],
    [{ tset: {} }, /tset/],
  ])('refuses the parameters %j', (params, message) => {
    expect(() => supplied.params.parse(params)).toThrow(message)
  })
})
