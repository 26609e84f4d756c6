import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shapeOf } from '../../../../lambdas/strategies/http/shape.ts'

describe('the shape of an answer', () => {
  it.each<[unknown, string]>([
    [undefined, 'not JSON'],
    [null, 'null'],
    ['sk-secret', 'text'],
    [7, 'number'],
    [[], '[…]'],
    [
      { id: 'key_1', api_key: { value: 'sk-secret' }, tags: ['a'] },
      '{id: text, api_key: {value: text}, tags: [text, …]}',
    ],
    [{ 'sk-0123456789': 1, kAbCdEfGhIjKlMnOpQrStUvWxYz: 2, 'a b': 3 }, '{…: number, …: number, …: number}'],
    [{ a: { b: { c: { d: { e: 1 } } } } }, '{a: {b: {c: {d: {…}}}}}'],
  ])('of %j is %s', (document, shape) => {
    expect(shapeOf(document)).toBe(shape)
  })

  it('holds no value, and stays short', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const marked: unknown = JSON.parse(JSON.stringify(value), (_name, node) =>
          typeof node === 'string' ? 'SECRET' : node,
        )
        expect(shapeOf(marked)).not.toContain('SECRET')
      }),
    )
    const wide = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`field_${'x'.repeat(index % 9)}`, 'sk-secret']),
    )
    expect(shapeOf(wide)).not.toContain('sk-secret')
    const long = Object.fromEntries('abcdefghijklmnopqrstuvwxyz'.split('').map((name) => [name, 1]))
    expect(shapeOf(long)).toMatch(/, …\}$/)
  })
})
