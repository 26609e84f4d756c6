import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, fill, httpCall } from '../../../../lambdas/strategies/http/call.ts'

describe('a call described in stack config', () => {
  it('encodes what it fills into a URL, so that a value never becomes another path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        const call = httpCall.parse({ method: 'DELETE', url: 'https://example.com/keys/{id}' })
        if (!id.isWellFormed() || ['.', '..'].includes(id)) return
        const url = new URL(fill(call, { id }).url)
        expect(url.origin).toBe('https://example.com')
        expect(url.search + url.hash).toBe('')
        expect(decodeURIComponent(url.pathname)).toBe(`/keys/${id}`)
      }),
    )
  })

  it.each(['.', '..'])('refuses %j, which would climb to another path', (id) => {
    const call = httpCall.parse({ method: 'DELETE', url: 'https://example.com/keys/{id}' })
    expect(() => fill(call, { id })).toThrow(/is no id/)
  })

  it('fills bodies as JSON, at any depth, and leaves other braces alone', () => {
    const call = httpCall.parse({
      method: 'POST',
      url: 'https://example.com',
      body: { a: ['{name}', 1, null], b: { c: 'x-{name}-{other}' } },
    })
    const body = fill(call, { name: 'quo"te' }).body ?? ''
    expect(JSON.parse(body)).toEqual({ a: ['quo"te', 1, null], b: { c: 'x-quo"te-{other}' } })
  })

  it('does not fill what a value brings along', () => {
    const call = httpCall.parse({ method: 'POST', url: 'https://example.com', body: '{name}' })
    expect(JSON.parse(fill(call, { name: '{id}', id: 'secret' }).body ?? '')).toBe('{id}')
  })

  it('reads JSON Pointers, escapes included, and nothing inherited', () => {
    const document = { data: [{ id: 7 }], 'a/b': { '~': 1 } }
    expect(at(document, '/data/0/id')).toBe(7)
    expect(at(document, '/a~1b/~0')).toBe(1)
    for (const path of ['/nope', '/data/1/id', '/data/0/id/x', '/constructor', '/data/length/x']) {
      expect(at(document, path)).toBeUndefined()
    }
  })
})
