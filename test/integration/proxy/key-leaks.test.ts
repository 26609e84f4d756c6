import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { RawClient, rawExchange } from '../../helpers/proxy/raw-client.ts'
import { type ScriptedUpstream, startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import {
  CLIENT_KEY,
  CLIENT_SECRET,
  plainSource,
  startTestProxy,
  type TestProxy,
  UPSTREAM_KEY,
} from '../../helpers/proxy/start-test-proxy.ts'

/** Another client's, retired, or of another stack: its shape is enough. */
const OTHER = `kt_${'Az09_-xY'.repeat(6).slice(0, 43)}`
/** A client key that a person chose. */
const ODD = 'p.ss/word+with:odd~chars='

let upstream: ScriptedUpstream
let proxy: TestProxy

beforeAll(async () => {
  upstream = await startUpstream((request, response) => request.resume().on('end', () => response.end('ok')))
  const source = plainSource()
    .set(CLIENT_SECRET, { c1: { labels: ['AWSCURRENT'], value: CLIENT_KEY } })
    .set('keyturn/test/odd', { o1: { labels: ['AWSCURRENT'], value: ODD } })
  const clients = [
    { name: 'app', secretId: CLIENT_SECRET },
    { name: 'odd', secretId: 'keyturn/test/odd' },
  ]
  proxy = await startTestProxy({ upstream: upstream.url, source, clients })
})

afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

beforeEach(() => {
  upstream.seen.length = 0
})

const percent = (text: string): string =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const base64url = (text: string): string => Buffer.from(text).toString('base64url')

const READINGS: [reading: string, encode: (key: string) => string][] = [
  ['as it is', (key) => key],
  ['inside other text', (key) => `x${key}y`],
  ['percent-encoded', percent],
  ['percent-encoded after a broken escape', (key) => `%zz%${percent(key)}`],
  ['percent-encoded twice', (key) => percent(percent(key))],
  ['percent-encoded six times in part', (key) => key.replace(/^(.)/, (char) => `%2525252525${percent(char).slice(1)}`)],
  ['in base64', base64],
  ['in base64url', base64url],
  ['in Basic credentials', (key) => `Basic ${base64(`user:${key}`)}`],
  ['in base64 at another offset', (key) => base64(`:${key}:more`)],
  ['in base64 behind letters', (key) => `abc${base64url(`id.${key}`)}`],
  ['in percent-encoded base64', (key) => percent(base64(`u:${key}`))],
  ['in base64 of base64', (key) => base64(`u:${base64(key)}`)],
  ['in base64 of percent-encoding', (key) => base64(percent(key))],
]

const PLACES: [place: string, lines: (text: string) => { target?: string; lines?: string[] }][] = [
  ['a header', (text) => ({ lines: [`X-Note: ${text}`] })],
  ['x-auth-token', (text) => ({ lines: [`X-Auth-Token: ${text}`] })],
  ['referer', (text) => ({ lines: [`Referer: https://p/?a=${text}`] })],
  ['sec-websocket-protocol', (text) => ({ lines: [`Sec-WebSocket-Protocol: openai, key.${text}`] })],
  ['a cookie', (text) => ({ lines: [`Cookie: a=1; session=${text}; b=2`] })],
  ['?api_key=', (text) => ({ target: `?api_key=${text}` })],
  ['?access_token= behind another', (text) => ({ target: `?a=%zz&access_token=${text}` })],
  [';key=', (text) => ({ target: `?a=1;key=${text}` })],
  ['the name of a parameter', (text) => ({ target: `?${text}=1` })],
  ['x-request-id', (text) => ({ lines: [`X-Request-Id: ${text}`] })],
]

for (const [whose, key, presented] of [
  ['the presented key', CLIENT_KEY, CLIENT_KEY],
  ['a presented key of another shape', ODD, ODD],
  ['another client’s key', OTHER, CLIENT_KEY],
] as const) {
  test.each(PLACES)(`part of C3: ${whose} does not leave in %s, however encoded`, async (_place, place) => {
    for (const [reading, encode] of READINGS) {
      const text = place('').target === undefined ? encode(key) : encode(key).replaceAll(' ', '+')
      const { target = '', lines = [] } = place(text)
      upstream.seen.length = 0

      const answer = await send(`/openai/x${target}`, [`X-Api-Key: ${presented}`, 'X-Kept: 1', ...lines])

      expect(answer, reading).toMatch(/^HTTP\/1\.1 200 /)
      const [seen] = upstream.seen
      expect(JSON.stringify([seen?.url, seen?.rawHeaders]), reading).not.toContain(text)
      expect(JSON.stringify([answer, proxy.log]), reading).not.toContain(text)
      expect(seen?.headers['x-kept']).toBe('1')
    }
  })
}

test.each([
  ['as it is', OTHER],
  ['in lower case', OTHER.toLowerCase()],
  ['as a part', `X-${OTHER}-Y`],
  ['percent-encoded', percent(OTHER)],
])('part of C3: a key %s does not leave as the name of a header', async (_how, name) => {
  expect(await send('/openai/x', [`X-Api-Key: ${CLIENT_KEY}`, `${name}: 1`])).toMatch(/^HTTP\/1\.1 200 /)
  expect(JSON.stringify(upstream.seen[0]?.rawHeaders)).not.toContain(name)
})

test.each(READINGS.filter(([, encode]) => !/ /.test(encode(OTHER))))(
  'part of C3: a key in the path %s is refused, with or without a key, and not logged',
  async (_reading, encode) => {
    const text = encode(OTHER).replaceAll('/', '%2f')
    for (const path of [`/openai/x/${text}`, `/openai/x;key=${text}`, `/nowhere/${text}`]) {
      for (const lines of [[`X-Api-Key: ${CLIENT_KEY}`], []]) {
        expect(await send(path, lines)).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"(target-invalid|path-not-canonical)"/)
      }
    }
    expect(upstream.seen).toEqual([])
    expect(JSON.stringify(proxy.log)).not.toContain(text)
  },
)

test('part of C3: a presented key of another shape is refused in the path', async () => {
  const answer = await ask(proxy.port, { path: `/openai/${encodeURIComponent(ODD)}`, key: ODD })

  expect(errorOf(answer).code).toBe('target-invalid')
  expect(upstream.seen).toEqual([])
})

test('part of C3: what holds no key leaves byte for byte', async () => {
  const query = `?token=next-page&q=50%25&a=%zz&jwt=${base64url(JSON.stringify({ note: 'x'.repeat(300) }))}&kt_short=kt_${'a'.repeat(42)}`
  const lines = ['X-Auth-Token: abc', `Cookie: token=${base64('y'.repeat(200))}; b=%25%32`, 'X-Request-Id: req-1']

  await send(`/openai/x${query}`, [`X-Api-Key: ${CLIENT_KEY}`, ...lines])

  expect(upstream.seen[0]?.url).toBe(`/x${query}`)
  for (const line of lines) {
    const [name = '', value] = line.split(': ')
    expect(upstream.seen[0]?.headers[name.toLowerCase()]).toBe(value)
  }
})

test('part of C3: an upstream that sends our key back in its head loses the field, and the operator hears of it', async () => {
  await using echo = await startUpstream((_request, response) => {
    response.writeHead(200, {
      'x-seen': `Bearer ${UPSTREAM_KEY}`,
      [`x-${UPSTREAM_KEY}`]: '1',
      'x-seen-basic': base64(`u:${UPSTREAM_KEY}`),
      location: `/?k=${percent(UPSTREAM_KEY)}`,
      'x-kept': '1',
      trailer: 'x-end',
    })
    response.write('ok')
    response.addTrailers({ 'x-end': UPSTREAM_KEY, 'x-end-kept': '1' })
    response.end()
  })
  await using own = await startTestProxy({ upstream: echo.url })

  const answer = await ask(own.port)

  expect(answer.body.toString()).toBe('ok')
  expect(answer.headers).toMatchObject({ 'x-kept': '1' })
  expect(Object.keys(answer.headers).filter((name) => /seen|sk-|location/.test(name))).toEqual([])
  expect(answer.trailers).toEqual({ 'x-end-kept': '1' })
  expect(own.log.filter(({ code }) => code === 'upstream-echoed-key').map(({ where }) => where)).toEqual([
    'head',
    'trailer',
  ])
  expect(own.log.find(({ code }) => code === 'upstream-echoed-key')).toMatchObject({
    kind: 'needs-human',
    route: 'openai',
  })
})

test.each([
  ['in one piece', [UPSTREAM_KEY]],
  ['in two', [UPSTREAM_KEY.slice(0, 11), UPSTREAM_KEY.slice(11)]],
  ['byte by byte', [...UPSTREAM_KEY]],
])('part of C3: an answer that holds our key %s is cut before it', async (_how, pieces) => {
  const begun = Promise.withResolvers<void>()
  await using echo = await startUpstream(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n')
    await begun.promise
    for (const piece of pieces) await new Promise((done) => response.write(piece, done))
    response.end('data: two\n\n')
  })
  await using own = await startTestProxy({ upstream: echo.url })
  await using client = await RawClient.open(own.port)

  client.head('GET /openai/x HTTP/1.1', 'Host: p', `X-Api-Key: ${CLIENT_KEY}`)
  await client.sees('data: one\n\n')
  begun.resolve()
  await client.seesClose()

  // A chunked body that is whole ends in an empty chunk.
  expect(client.text).not.toMatch(/\r\n0\r\n\r\n$/)
  const body = client.text.replaceAll(/\r\n[0-9a-f]+\r\n/g, '')
  expect(body).not.toContain(UPSTREAM_KEY.slice(0, 9))
  expect(body).not.toContain('data: two')
  expect(own.log).toContainEqual(expect.objectContaining({ code: 'upstream-echoed-key', where: 'body' }))
  expect(own.log).toContainEqual(
    expect.objectContaining({ message: 'request', code: 'upstream-echoed-key', ended: 'cut-off' }),
  )
})

test('part of C3: an answer that holds our key at its very beginning becomes an error of its own', async () => {
  await using echo = await startUpstream((_request, response) => response.writeHead(401).end(`bad key ${UPSTREAM_KEY}`))
  await using own = await startTestProxy({ upstream: echo.url })

  const answer = await ask(own.port)

  expect([answer.status, errorOf(answer).code]).toEqual([502, 'upstream-echoed-key'])
  expect((await ask(own.port, { path: '/health' })).status).toBe(200)
})

test('part of C3: an answer that nearly holds our key passes whole, with or without a length', async () => {
  const body = `${UPSTREAM_KEY.slice(0, -1)}! s sk sk-up ${UPSTREAM_KEY.slice(0, -1)}`
  await using echo = await startUpstream(async (request, response) => {
    response.writeHead(200, request.url === '/length' ? { 'content-length': body.length } : {})
    for (const piece of body) await new Promise((done) => response.write(piece, () => setImmediate(done)))
    response.end()
  })
  await using own = await startTestProxy({ upstream: echo.url })

  for (const path of ['/openai/length', '/openai/chunks']) {
    const answer = await ask(own.port, { path })
    expect([answer.complete, answer.body.toString()]).toEqual([true, body])
  }
})

function send(target: string, lines: readonly string[]): Promise<string> {
  const head = [`GET ${target} HTTP/1.1`, 'Host: p', 'Connection: close', ...lines]
  return rawExchange(proxy.port, `${head.join('\r\n')}\r\n\r\n`)
}
