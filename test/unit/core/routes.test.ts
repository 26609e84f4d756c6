import { describe, expect, it, test } from 'vitest'
import {
  isHopByHop,
  isPrivateAddress,
  isSetByProxy,
  isUnder,
  keyHeaderProblem,
  OWN_PATHS,
  prefixProblem,
  readUpstream,
  upstreamProblem,
} from '../../../core/routes.ts'

test.each([['/'], ['/openai'], ['/a/b-c/v1.2'], ['/~me'], ['/healthy'], ['/readyness/x']])(
  'prefix %s is taken',
  (prefix) => {
    expect(prefixProblem(prefix)).toBeUndefined()
  },
)

test.each([['/openai/'], ['openai'], [''], ['/a//b'], ['/a/../b'], ['/.a'], ['/%61'], ['/a b'], ['/a?b'], ['/a\n']])(
  'prefix %j is refused, with what is allowed',
  (prefix) => {
    expect(prefixProblem(prefix)).toContain('"/" or a path such as "/openai"')
  },
)

test.each(OWN_PATHS.flatMap((own) => [[own], [`${own}/x`]]))('no route lies under %s', (prefix) => {
  expect(prefixProblem(prefix)).toContain('the proxy answers these itself')
})

test.each([['x-api-key'], ['api-key'], ['X_Api_Key'], ['Authorization'], ['x-goog-api-key'], ["it's"]])(
  'a key may go into the header %s',
  (header) => {
    expect(keyHeaderProblem(header)).toBeUndefined()
  },
)

test.each([
  ['Host'],
  ['content-length'],
  ['Content_Length'],
  ['Content-Type'],
  ['connection'],
  ['TE'],
  ['trailers'],
  ['proxy-anything'],
  ['Expect'],
  ['x-request-id'],
])('a key in the header %s would not arrive as a key', (header) => {
  expect(keyHeaderProblem(header)).toContain('must not be a header that frames the message')
})

test.each([['x key'], ['x:y'], [''], ['x\r\ny'], ['ключ']])('%j is no name of a header', (header) => {
  expect(keyHeaderProblem(header)).toContain('must be a header name')
})

describe('an upstream', () => {
  it.each([
    ['https://api.openai.com', false],
    ['https://api.openai.com:8443/v1/@me', false],
    ['http://127.0.0.1:8081/openai', false],
    ['http://localhost:1', true],
    ['http://localhost', false],
    ['http://127.10.200.30', false],
    ['http://[::1]:1', false],
    ['http://10.0.3.7:11434', true],
    ['http://172.31.255.255', true],
    ['http://192.168.1.2', true],
    ['http://100.64.0.1', true],
    ['http://[fd12::1]', true],
    ['http://[::ffff:10.0.0.1]', true],
    ['http://vllm:8000', true],
    ['http://llm.prod.internal/base', true],
    ['http://box.local', true],
  ])('%s with plainHttp %s is taken', (upstream, plainHttp) => {
    expect(upstreamProblem(upstream, plainHttp)).toBeUndefined()
  })

  it.each([['http://10.0.3.7'], ['http://vllm:8000'], ['http://llm.prod.internal']])(
    '%s must say that plain http is meant, and is told how',
    (upstream) => {
      expect(upstreamProblem(upstream)).toMatch(/https:\/\/.*plainHttp: true$/)
    },
  )

  it.each([
    ['http://api.openai.com'],
    ['http://8.8.8.8'],
    ['http://0x08080808'],
    ['http://172.32.0.1'],
    ['http://100.128.0.1'],
    ['http://11.0.0.1'],
    ['http://0.0.0.0'],
    ['http://internal.example.com'],
    ['http://api.internal.'],
    ['http://localhost.example.com'],
    ['http://127.0.0.1.nip.io'],
    ['http://[2001:db8::1]'],
    ['http://[::ffff:8.8.8.8]'],
    ['http://169.254.169.254/latest/meta-data'],
    ['http://169.254.170.2'],
    ['http://[fd00:ec2::254]'],
    ['http://[fe80::1]'],
  ])('%s is refused over plain http whatever the config says', (upstream) => {
    for (const plainHttp of [false, true]) {
      expect(upstreamProblem(upstream, plainHttp)).toMatch(/must be https:\/\/.*in clear.*10\.0\.0\.0\/8/)
    }
  })

  it.each([
    ['api.openai.com'],
    ['ftp://x'],
    ['https:x'],
    ['https:\\\\x'],
    ['https://user:pw@x'],
    ['https://@x'],
    ['https://x?y'],
    ['https://x?'],
    ['https://x#y'],
    [' https://x'],
    ['https://x/\ty'],
    ['https://'],
    ['https://x:99999'],
    [''],
  ])('%j is no URL of one', (upstream) => {
    expect(upstreamProblem(upstream)).toContain('must be an absolute URL such as "https://api.openai.com"')
  })

  it('over https says nothing of plain http', () => {
    expect(upstreamProblem('https://api.openai.com', true)).toContain('leave plainHttp out')
  })

  it('is taken apart into origin, host and base path', () => {
    const upstream = { origin: 'https://x.test:8443', host: 'x.test:8443', basePath: '/a/b' }
    expect(readUpstream('https://x.test:8443/a/b/')).toEqual(upstream)
    expect(readUpstream('https://x.test/').basePath).toBe('')
  })
})

test.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['10.1.2.3', true],
  ['::ffff:192.168.0.1', true],
  ['fd12:3456::1', true],
  ['169.254.169.254', false],
  ['fd00:ec2::254', false],
  ['1.1.1.1', false],
  ['2606:4700::1', false],
  ['', false],
  ['localhost', false],
])('address %s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected)
})

test.each([
  ['/', '/anything', true],
  ['/', '', true],
  ['/openai', '/openai', true],
  ['/openai', '/openai/v1', true],
  ['/openai', '/openais', false],
  ['/openai', '/', false],
])('under %s lies %s: %s', (prefix, path, under) => {
  expect(isUnder(prefix, path)).toBe(under)
})

test('fields of one hop, and those that the proxy sets, are told from the others', () => {
  const oneHop = ['connection', 'keep-alive', 'te', 'trailer', 'trailers', 'transfer-encoding', 'upgrade', 'proxy-x']
  const set = ['host', 'expect', 'content-length', 'http2-settings']
  const others = ['content-type', 'accept', 'x-keep-alive', '']
  expect([...oneHop, ...set, ...others].filter(isHopByHop)).toEqual(oneHop)
  expect([...oneHop, ...set, ...others].filter(isSetByProxy)).toEqual(set)
})

test.each([
  ['127.0.0.1', true],
  ['127.255.254.1', true],
  ['fd12::1', true],
  ['fd00:ec2::254', false],
  ['1.2.3.4', false],
  ['localhost', false],
  ['', false],
])('the address %j is private: %s', (address, inside) => {
  expect(isPrivateAddress(address)).toBe(inside)
})

test('an upstream is read without the slashes at its end', () => {
  expect(readUpstream('https://api.example.com:8443/base//')).toEqual({
    origin: 'https://api.example.com:8443',
    host: 'api.example.com:8443',
    basePath: '/base',
  })
})
