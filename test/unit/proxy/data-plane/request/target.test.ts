import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterPrefix, matchRoute, readTarget } from '../../../../../proxy/data-plane/request/target.ts'

const ROUTES = ['/openai', '/openai/admin', '/open', '/'].map((prefix) => ({ prefix }))

test.each([
  ['/openai', '/openai', ''],
  ['/openai/', '/openai', '/'],
  ['/openai/v1/models', '/openai', '/v1/models'],
  ['/openai/admin/keys', '/openai/admin', '/keys'],
  ['/openai/administrator', '/openai', '/administrator'],
  ['/openaix/v1', '/', '/openaix/v1'],
  ['/', '/', '/'],
  ['/OpenAI/v1', '/', '/OpenAI/v1'],
])('part of C3: %s leads to the longest prefix %s', (path, prefix, rest) => {
  const route = matchRoute(ROUTES, readTarget(path).path)

  expect(route?.prefix).toBe(prefix)
  expect(afterPrefix(prefix, path)).toBe(rest)
})

test('without a catch-all an unknown path has no route', () => {
  expect(matchRoute([{ prefix: '/openai' }], '/openaix')).toBeUndefined()
})

test.each([
  ['absolute form', 'http://evil.example/openai/v1', 'target-invalid'],
  ['authority form', 'evil.example:443', 'target-invalid'],
  ['asterisk form', '*', 'target-invalid'],
  ['nothing', '', 'target-invalid'],
  ['a fragment', '/openai#x', 'target-invalid'],
  ['a space', '/openai/a b', 'target-invalid'],
  ['non-ASCII', '/openai/\u00e9', 'target-invalid'],
  ['a double slash', '/openai//v1', 'path-not-canonical'],
  ['a leading double slash', '//openai/v1', 'path-not-canonical'],
  ['dot-dot', '/openai/../admin', 'path-not-canonical'],
  ['dot-dot at the end', '/openai/..', 'path-not-canonical'],
  ['a dot segment', '/openai/./v1', 'path-not-canonical'],
  ['encoded dot-dot', '/openai/%2e%2E/admin', 'path-not-canonical'],
  ['half-encoded dot-dot', '/openai/.%2e/admin', 'path-not-canonical'],
  ['dot-dot behind an encoded slash', '/openai/a%2f..%2fadmin', 'path-not-canonical'],
  ['doubly encoded dot-dot', '/openai/%252e%252e/admin', 'path-not-canonical'],
  ['triply encoded dot-dot', '/openai/%25252e%25252e/admin', 'path-not-canonical'],
  ['doubly encoded dot-dot beside an encoded percent sign', '/openai/%2e%252e%2f%25', 'path-not-canonical'],
  ['triply encoded dot-dot beside a doubly encoded percent sign', '/openai/%25252e%252e/%2525', 'path-not-canonical'],
  ['dot-dot with a path parameter', '/openai/..;x=1/admin', 'path-not-canonical'],
  ['encoded dot-dot with an encoded path parameter', '/openai/%2e.%3b/admin', 'path-not-canonical'],
  ['a backslash', '/openai\\..\\admin', 'path-not-canonical'],
  ['an encoded backslash', '/openai/%5c..%5cadmin', 'path-not-canonical'],
  ['an encoded NUL', '/openai/%00', 'path-not-canonical'],
  ['an encoded CR LF', '/openai/%0d%0aHost:%20x', 'path-not-canonical'],
  ['broken percent-encoding', '/openai/%zz', 'path-not-canonical'],
  ['a cut-off percent-encoding', '/openai/%2', 'path-not-canonical'],
])('%s is refused', (_what, target, code) => {
  expect(() => readTarget(target)).toThrow(expect.objectContaining({ code, status: 400 }))
})

test.each([['/%6fpenai/v1'], ['/openai%2fadmin/keys'], ['/openai/%61dmin/keys']])(
  'a prefix that only decoding would match is refused: %s',
  (target) => {
    expect(() => matchRoute(ROUTES, readTarget(target).path)).toThrow(
      expect.objectContaining({ code: 'path-not-canonical' }),
    )
  },
)

test.each([['/openai/models/org%2Fname'], ['/openai/100%25'], ['/openai/%E2%82%AC'], ['/openai/a%2Bb%20c']])(
  'percent-encoding inside the path passes as it is: %s',
  (target) => {
    expect(readTarget(`${target}?a=%2e%2e//&b`)).toEqual({ path: target, query: 'a=%2e%2e//&b' })
  },
)

test('whatever is accepted, a server that decodes and normalises stays under the same prefix', () => {
  const piece = fc.constantFrom(
    'a',
    '.',
    '..',
    '/',
    '%2e',
    '%2f',
    '%5c',
    '\\',
    '%25',
    '2e',
    '2f',
    'openai',
    'admin',
    '%61',
    ';',
  )
  const paths = fc.array(piece, { maxLength: 12 }).map((pieces) => `/openai/${pieces.join('')}`)
  fc.assert(
    fc.property(paths, (path) => {
      let prefix: string | undefined
      try {
        prefix = matchRoute(ROUTES, readTarget(path).path)?.prefix
      } catch {
        return
      }
      for (let text = path, times = 0; times < 3; times += 1) {
        const seen = new URL(`http://x${text.replaceAll('\\', '/').replace(/;[^/]*/g, '')}`).pathname
        expect(seen === prefix || seen.startsWith(`${prefix}/`), `${path} is read as ${seen}`).toBe(true)
        // As a lenient server decodes: a broken escape stays, and what stands beside it does not.
        text = text.replace(/%([0-9a-f]{2})/gi, (_escape, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
      }
    }),
    { numRuns: 30_000 },
  )
})
