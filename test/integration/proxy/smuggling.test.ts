import { afterAll, beforeAll, expect, test } from 'vitest'
import { RawClient, rawExchange } from '../../helpers/proxy/raw-client.ts'
import { readBody, type ScriptedUpstream, startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, startTestProxy, type TestProxy, UPSTREAM_KEY } from '../../helpers/proxy/start-test-proxy.ts'

let upstream: ScriptedUpstream
let proxy: TestProxy

beforeAll(async () => {
  upstream = await startUpstream(async (request, response) => {
    await readBody(request)
    response.end('ok')
  })
  proxy = await startTestProxy({ upstream: upstream.url })
})

afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

const POST = `POST /openai/x HTTP/1.1\r\nHost: p\r\nX-Api-Key: ${CLIENT_KEY}\r\n`
const GET = `GET /openai/x HTTP/1.1\r\nHost: p\r\nX-Api-Key: ${CLIENT_KEY}\r\n`
const HIDDEN = `GET /openai/hidden HTTP/1.1\r\nHost: p\r\nX-Api-Key: ${CLIENT_KEY}\r\n\r\n`

test.each([
  [
    'content-length and transfer-encoding',
    `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  [
    'transfer-encoding and content-length',
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  ['two content-lengths', `${POST}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd${HIDDEN}`],
  ['the same content-length twice', `${POST}Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd`],
  ['a list of content-lengths', `${POST}Content-Length: 4, 4\r\n\r\nabcd`],
  ['a signed content-length', `${POST}Content-Length: +4\r\n\r\nabcd`],
  ['a negative content-length', `${POST}Content-Length: -1\r\n\r\n`],
  ['a hexadecimal content-length', `${POST}Content-Length: 0x4\r\n\r\nabcd`],
  ['an obs-fold', `${POST}Content-Length: 4\r\nX-Fold: a\r\n b\r\n\r\nabcd`],
  ['a folded transfer-encoding', `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
  ['a bare LF between headers', `GET /openai/x HTTP/1.1\nHost: p\nX-Api-Key: ${CLIENT_KEY}\n\n`],
  ['a bare LF after one header', `${GET}X-A: 1\nX-B: 2\r\n\r\n`],
  ['a bare CR in a header', `${GET}X-A: 1\rX-B: 2\r\n\r\n`],
  ['a NUL in a header', `${GET}X-A: 1\0\r\n\r\n`],
  ['a space before the colon', `${POST}Content-Length : 4\r\n\r\nabcd`],
  ['a space in a header name', `${GET}X A: 1\r\n\r\n`],
  ['an unknown transfer-encoding', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ['chunked twice', `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['chunked that is not last', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a chunk size that is no number', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
  ['a chunk longer than its size', `${POST}Transfer-Encoding: chunked\r\n\r\n2\r\nabcdef\r\n0\r\n\r\n`],
  ['bare LF in chunk framing', `${POST}Transfer-Encoding: chunked\r\n\r\n2\nab\n0\n\n`],
  ['no Host', `GET /openai/x HTTP/1.1\r\nX-Api-Key: ${CLIENT_KEY}\r\n\r\n`],
  ['two Hosts', `${GET}Host: evil\r\n\r\n`],
  [
    'an absolute-form target',
    `GET http://evil.example/openai/x HTTP/1.1\r\nHost: p\r\nX-Api-Key: ${CLIENT_KEY}\r\n\r\n`,
  ],
  ['an asterisk target', `OPTIONS * HTTP/1.1\r\nHost: p\r\nX-Api-Key: ${CLIENT_KEY}\r\n\r\n`],
  ['a NUL in the target', `GET /openai/\0 HTTP/1.1\r\nHost: p\r\nX-Api-Key: ${CLIENT_KEY}\r\n\r\n`],
  ['a fragment in the target', `GET /openai/x#y HTTP/1.1\r\nHost: p\r\nX-Api-Key: ${CLIENT_KEY}\r\n\r\n`],
  ['an unknown method', `BREW /openai/x HTTP/1.1\r\nHost: p\r\nX-Api-Key: ${CLIENT_KEY}\r\n\r\n`],
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n'],
  ['HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
])('%s is refused with 400, and no second request comes out of it', async (_what, message) => {
  upstream.seen.length = 0

  const answer = await rawExchange(proxy.port, message.replace('\r\nHost: p', '\r\nConnection: close\r\nHost: p'))

  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer.split('HTTP/1.1 ')).toHaveLength(2)
  expect(upstream.seen.filter(({ url }) => url === '/hidden')).toEqual([])
})

test('part of C15: refusals of the parser are JSON with a stable code', async () => {
  const answer = await rawExchange(proxy.port, 'nonsense\r\n\r\n')

  expect(answer).toContain('content-type: application/json')
  expect(answer).toMatch(/\{"error":\{"code":"malformed-request","message":".+","request_id":"[0-9a-f-]{36}"\}\}/)
})

test('part of C15: a head over the limit is a 431', async () => {
  const answer = await rawExchange(proxy.port, `${GET}X-Long: ${'a'.repeat(20_000)}\r\n\r\n`)

  expect(answer).toMatch(/^HTTP\/1\.1 431 /)
  expect(answer).toContain('"code":"head-too-large"')
})

test('part of C15: no header is dropped silently, however many there are', async () => {
  upstream.seen.length = 0
  const headers = Array.from({ length: 2_500 }, (_, index) => `x${index % 10}: ${index % 10}\r\n`).join('')

  const answer = await rawExchange(
    proxy.port,
    `GET /openai/x HTTP/1.1\r\nHost: p\r\nConnection: close\r\n${headers.slice(0, 15_000)}\r\nX-Api-Key: ${CLIENT_KEY}\r\n\r\n`,
  )

  expect(answer).toMatch(/^HTTP\/1\.1 400 |^HTTP\/1\.1 200 /)
  const sent = headers
    .slice(0, 15_000)
    .split('\r\n')
    .filter((line) => /^x\d: \d$/.test(line)).length
  if (answer.startsWith('HTTP/1.1 200')) {
    expect(upstream.seen[0]?.rawHeaders.filter((text, index) => index % 2 === 0 && /^x\d$/.test(text))).toHaveLength(
      sent,
    )
  }
})

test('CONNECT is refused', async () => {
  const answer = await rawExchange(proxy.port, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n')

  expect(answer).toMatch(/^HTTP\/1\.1 405 /)
})

test('garbage after a request that is still being answered does not break into its answer', async () => {
  let finish: (() => void) | undefined
  await using slow = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write('start ')
    finish = () => response.end('end')
  })
  await using own = await startTestProxy({ upstream: slow.url })
  await using client = await RawClient.open(own.port)

  client.write(`${GET}\r\n`)
  await client.sees('start ')
  client.write('garbage\r\n\r\n')
  finish?.()
  await client.seesClose()

  expect(client.text.split('HTTP/1.1 ')).toHaveLength(2)
  expect(client.text).not.toContain('malformed-request')
})

test('pipelined requests are answered in order, each with its own key', async () => {
  await using echo = await startUpstream((request, response) => response.end(`<${request.url}>`))
  await using own = await startTestProxy({ upstream: echo.url })
  await using client = await RawClient.open(own.port)

  client.write(`${GET}\r\n${GET.replace('/x', '/y')}\r\n${GET.replace(CLIENT_KEY, 'kt_wrong').replace('/x', '/z')}\r\n`)
  await client.sees('key-unknown')

  expect(client.text.indexOf('</x>')).toBeLessThan(client.text.indexOf('</y>'))
  expect(client.text).not.toContain('</z>')
  expect(echo.seen.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill(`Bearer ${UPSTREAM_KEY}`))
})

test('hop-by-hop headers are stripped both ways, and Connection cannot name the injected key away', async () => {
  await using hops = await startUpstream((_request, response) => {
    response.writeHead(200, [
      'Connection',
      'X-Internal',
      'X-Internal',
      '1',
      'Proxy-Authenticate',
      'Basic',
      'Keep-Alive',
      'timeout=99',
      'X-Kept',
      '1',
    ])
    response.end('ok')
  })
  await using own = await startTestProxy({ upstream: hops.url })
  const head = [
    'GET /openai/x HTTP/1.1',
    'Host: p',
    `X-Api-Key: ${CLIENT_KEY}`,
    'Connection: close, X-Foo, authorization, x-api-key, host, Content-Type',
    'X-Foo: 1',
    'Content-Type: text/plain',
    'TE: trailers, gzip',
    'Keep-Alive: timeout=5',
    'Proxy-Connection: keep-alive',
    'Upgrade: h2c',
    'HTTP2-Settings: x',
  ]

  const answer = await rawExchange(own.port, `${head.join('\r\n')}\r\n\r\n`)

  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  expect(answer).toContain('X-Kept: 1')
  expect(answer).not.toMatch(/x-internal|proxy-authenticate|timeout=99/i)
  expect(hops.seen[0]?.headers).toEqual({
    host: `127.0.0.1:${hops.port}`,
    connection: 'keep-alive',
    authorization: `Bearer ${UPSTREAM_KEY}`,
    'x-request-id': expect.any(String),
  })
})
