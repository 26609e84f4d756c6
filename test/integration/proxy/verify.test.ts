import { expect, test } from 'vitest'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { MemorySource } from '../../helpers/proxy/memory-source.ts'
import { readBody, startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import {
  CLIENT_KEY,
  CLIENT_SECRET,
  startTestProxy,
  UPSTREAM_KEY,
  UPSTREAM_SECRET,
} from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

test('part of C3: a request with a client key reaches the upstream with the upstream key and comes back', async () => {
  await using upstream = await startUpstream(async (request, response) => {
    const body = await readBody(request)
    response.writeHead(201, { 'content-type': 'application/json' }).end(body)
  })
  await using proxy = await startTestProxy({ upstream: `${upstream.url}/base` })

  const response = await fetch(`${proxy.url}/openai/v1/chat?stream=false`, {
    method: 'POST',
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
    body: '{"hello":"world"}',
  })

  expect(response.status).toBe(201)
  expect(await response.json()).toEqual({ hello: 'world' })
  expect(upstream.seen).toHaveLength(1)
  expect(upstream.seen[0]?.url).toBe('/base/v1/chat?stream=false')
  expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`)
  expect(upstream.seen[0]?.headers.host).toBe(`127.0.0.1:${upstream.port}`)
})

test.each([
  ['Authorization', { authorization: `Bearer ${CLIENT_KEY}` }, ''],
  ['x-api-key', { 'x-api-key': CLIENT_KEY }, ''],
  ['api-key', { 'api-key': CLIENT_KEY }, ''],
  ['x-goog-api-key', { 'x-goog-api-key': CLIENT_KEY }, ''],
  ['?key=', {}, `?key=${CLIENT_KEY}&alt=sse`],
  ['all of them', { authorization: `Bearer ${CLIENT_KEY}`, 'x-api-key': CLIENT_KEY }, `?alt=sse&key=${CLIENT_KEY}`],
])('part of C3: a key in %s is accepted, and nothing of it reaches the upstream', async (_place, headers, query) => {
  await using upstream = await startUpstream((_request, response) => response.end('ok'))
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answer = await ask(proxy.port, {
    path: `/openai/v1/x${query}`,
    headers: { ...headers, cookie: `key=${CLIENT_KEY}; a=b` },
    key: null,
  })

  expect(answer.status).toBe(200)
  expect(JSON.stringify(upstream.seen)).not.toContain(CLIENT_KEY)
  expect(upstream.seen[0]?.url).toBe(query === '' ? '/v1/x' : '/v1/x?alt=sse')
  expect(upstream.seen[0]?.headers.cookie).toBe('a=b')
  expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`)
})

test('part of C3: each route has its own upstream, key, field and header', async () => {
  await using one = await startUpstream((_request, response) => response.end('one'))
  await using two = await startUpstream((_request, response) => response.end('two'))
  const source = new MemorySource()
    .set(CLIENT_SECRET, { c1: { labels: ['AWSCURRENT'], value: CLIENT_KEY } })
    .set(UPSTREAM_SECRET, { u1: { labels: ['AWSCURRENT'], value: UPSTREAM_KEY } })
    .set('keyturn/test/other', { o1: { labels: ['AWSCURRENT'], value: '{"apiKey":"other-key","id":"x"}' } })
  await using proxy = await startTestProxy({
    upstream: one.url,
    source,
    routes: [
      {},
      {
        name: 'other',
        prefix: '/openai/other',
        upstream: two.url,
        secretId: 'keyturn/test/other',
        field: 'apiKey',
        auth: { scheme: 'header', header: 'X-Api-Key' },
      },
    ],
  })

  expect((await ask(proxy.port, { path: '/openai/v1' })).body.toString()).toBe('one')
  expect((await ask(proxy.port, { path: '/openai/other/v1' })).body.toString()).toBe('two')
  expect(two.seen[0]?.headers['x-api-key']).toBe('other-key')
  expect(two.seen[0]?.headers.authorization).toBeUndefined()
  expect(one.seen[0]?.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`)
})

test('part of C3: an upstream secret without its field fails closed: not ready, 503, nothing sent', async () => {
  await using upstream = await startUpstream((_request, response) => response.end('ok'))
  const source = new MemorySource()
    .set(CLIENT_SECRET, { c1: { labels: ['AWSCURRENT'], value: CLIENT_KEY } })
    .set(UPSTREAM_SECRET, { u1: { labels: ['AWSCURRENT'], value: '{"other":"x"}' } })
  await using proxy = await startTestProxy({
    upstream: upstream.url,
    source,
    routes: [{ field: 'apiKey' }],
    ready: false,
  })
  await until(
    () => proxy.log.some(({ message }) => message === 'a key set was not read in full'),
    'the fault is logged',
  )

  const answer = await ask(proxy.port)

  expect(answer.status).toBe(503)
  expect(errorOf(answer).code).toBe('upstream-key-unavailable')
  expect(upstream.seen).toEqual([])
  expect((await fetch(`${proxy.url}/ready`)).status).toBe(503)
})

test.each([
  ['no key', { key: null }, 401, 'credential-missing'],
  ['a wrong key', { key: 'kt_wrong' }, 401, 'key-unknown'],
  ['two different keys', { headers: { 'x-api-key': 'kt_other' } }, 401, 'credential-ambiguous'],
  ['a key in the path', { path: `/openai/bot${CLIENT_KEY}/x` }, 400, 'target-invalid'],
  ['an unknown route', { path: '/nowhere' }, 404, 'route-unknown'],
  ['dot-dot', { path: '/openai/../x' }, 400, 'path-not-canonical'],
  ['an encoded prefix', { path: '/%6fpenai/x' }, 400, 'path-not-canonical'],
  ['TRACE, which would show the upstream key', { method: 'TRACE' }, 405, 'method-not-allowed'],
  ['a WebSocket upgrade', { headers: { connection: 'Upgrade', upgrade: 'websocket' } }, 501, 'upgrade-not-allowed'],
])('part of C15: %s is refused with a JSON error and a stable code', async (_what, options, status, code) => {
  await using upstream = await startUpstream((_request, response) => response.end('ok'))
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answer = await ask(proxy.port, options)

  expect(answer.status).toBe(status)
  expect(answer.headers['content-type']).toBe('application/json')
  expect(errorOf(answer)).toEqual({ code, message: expect.any(String), request_id: answer.headers['x-request-id'] })
  if (status === 401) expect(answer.headers['www-authenticate']).toBe('Bearer')
  expect(upstream.seen).toEqual([])
  expect(await proxy.metric('keyturn_proxy_in_flight_requests')).toBe(0)
})

test('part of C15: an address that fails too often is told 429, while a valid key from there still passes', async () => {
  await using upstream = await startUpstream((_request, response) => response.end('ok'))
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { failedAuthPerMinute: 3 } })

  const statuses: number[] = []
  for (let index = 0; index < 5; index += 1) statuses.push((await ask(proxy.port, { key: `kt_wrong${index}` })).status)
  const refused = await ask(proxy.port, { key: 'kt_wrong' })

  expect(statuses).toEqual([401, 401, 401, 429, 429])
  expect(errorOf(refused).code).toBe('too-many-failed-attempts')
  expect(refused.headers['retry-after']).toBe('30')
  expect((await ask(proxy.port)).status).toBe(200)
})

test('no redirect is followed: it goes to the client', async () => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end()
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answer = await ask(proxy.port)

  expect(answer.status).toBe(302)
  expect(answer.headers.location).toBe('http://169.254.169.254/latest')
  expect(upstream.seen).toHaveLength(1)
})

test('part of C12: a valid request id is honoured, any other is replaced, and the upstream sees the same one', async () => {
  await using upstream = await startUpstream((_request, response) =>
    response.setHeader('x-request-id', 'up-1').end('ok'),
  )
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const given = await ask(proxy.port, { headers: { 'x-request-id': 'trace-1' } })
  const made = await ask(proxy.port, { headers: { 'x-request-id': 'bad id <script>' } })

  expect(given.headers['x-request-id']).toBe('trace-1')
  expect(given.headers['x-upstream-request-id']).toBe('up-1')
  expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  expect(upstream.seen.map(({ headers }) => headers['x-request-id'])).toEqual(['trace-1', made.headers['x-request-id']])
})
