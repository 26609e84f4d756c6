import { createHash, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { farLabel } from '../../helpers/proxy/far-label.ts'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { MemorySource } from '../../helpers/proxy/memory-source.ts'
import { keyOf, readBody, type Script, startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, CLIENT_SECRET, startTestProxy, UPSTREAM_SECRET } from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

const FAR = farLabel()

function sourceWith(versions: Parameters<MemorySource['set']>[1]): MemorySource {
  return new MemorySource()
    .set(CLIENT_SECRET, { c1: { labels: ['AWSCURRENT'], value: CLIENT_KEY } })
    .set(UPSTREAM_SECRET, versions)
}

const currentAndGrace = () =>
  sourceWith({
    new00000000: { labels: ['AWSCURRENT'], value: 'sk-new' },
    old00000000: { labels: [FAR], value: 'sk-old' },
  })

/** Answers with a digest of the body to every key in `alive`, and with `status` to any other. */
function accepting(alive: Set<string>, status = 401): Script {
  return async (request, response) => {
    const body = await readBody(request)
    const key = keyOf(request) ?? ''
    if (alive.has(key)) response.end(createHash('sha256').update(body).digest('hex'))
    else response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"bad key"}')
  }
}

test('part of C5: a 401 is replayed with the sibling key before the client sees a byte, body identical', async () => {
  await using upstream = await startUpstream(accepting(new Set(['sk-old'])))
  await using proxy = await startTestProxy({ upstream: upstream.url, source: currentAndGrace() })
  const body = randomBytes(300_000)

  const answer = await ask(proxy.port, { method: 'POST', body })

  expect(answer.status).toBe(200)
  expect(answer.body.toString()).toBe(createHash('sha256').update(body).digest('hex'))
  expect(answer.headers['x-keyturn-replay']).toBe('sibling')
  expect(upstream.seen.map(keyOf)).toEqual(['sk-new', 'sk-old'])
  const [first, second] = upstream.seen.map(({ headers }) => ({ ...headers, authorization: '' }))
  expect(second).toEqual(first)
  expect(
    await proxy.metric('keyturn_proxy_upstream_key_refusals_total{route="openai",version="new00000",status="401"}'),
  ).toBe(1)
  expect(await proxy.metric('keyturn_proxy_upstream_version_requests_total{route="openai",version="old00000"}')).toBe(1)
})

test('part of C5: a key found dead is not tried again by the next request', async () => {
  await using upstream = await startUpstream(accepting(new Set(['sk-old'])))
  await using proxy = await startTestProxy({ upstream: upstream.url, source: currentAndGrace() })

  for (let index = 0; index < 3; index += 1) expect((await ask(proxy.port)).status).toBe(200)

  expect(upstream.seen.map(keyOf)).toEqual(['sk-new', 'sk-old', 'sk-old', 'sk-old'])
})

test('part of C5: a key revoked ahead of the poll is replaced by one that the refresh brings, without a visible 401', async () => {
  const alive = new Set(['sk-1'])
  await using upstream = await startUpstream(accepting(alive))
  const source = sourceWith({ v1: { labels: ['AWSCURRENT'], value: 'sk-1' } })
  await using proxy = await startTestProxy({ upstream: upstream.url, source })
  expect((await ask(proxy.port)).status).toBe(200)

  source.set(UPSTREAM_SECRET, { v2: { labels: ['AWSCURRENT'], value: 'sk-2' } })
  alive.delete('sk-1')
  alive.add('sk-2')
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(proxy.port, { method: 'POST', body: 'x' })))

  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(source.calls.labels).toBeLessThanOrEqual(6)
})

test('part of C5: every living key is tried, each once, before the upstream is believed', async () => {
  const alive = new Set(['sk-6'])
  await using upstream = await startUpstream(accepting(alive))
  const versions = Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((index) => [
      `v${index}`,
      { labels: [index === 1 ? 'AWSCURRENT' : farLabel(index)], value: `sk-${index}` },
    ]),
  )
  await using proxy = await startTestProxy({ upstream: upstream.url, source: sourceWith(versions) })

  expect((await ask(proxy.port)).status).toBe(200)
  expect(upstream.seen.map(keyOf)).toEqual(['sk-1', 'sk-2', 'sk-3', 'sk-4', 'sk-5', 'sk-6'])

  alive.clear()
  upstream.seen.length = 0
  const refused = await ask(proxy.port)
  expect(refused.status).toBe(401)
  expect(refused.body.toString()).toBe('{"error":"bad key"}')
  expect(refused.headers['x-keyturn-replay']).toBe('exhausted')
  expect(upstream.seen.map(keyOf).sort()).toEqual(['sk-1', 'sk-2', 'sk-3', 'sk-4', 'sk-5', 'sk-6'])
})

test('part of C5: a body over the bound is streamed, not replayed, and says so; the next request starts with the sibling', async () => {
  await using upstream = await startUpstream(accepting(new Set(['sk-old'])))
  await using proxy = await startTestProxy({
    upstream: upstream.url,
    source: currentAndGrace(),
    limits: { replayBodyBytes: 1_000 },
  })
  const body = randomBytes(1_001)

  const first = await ask(proxy.port, { method: 'POST', body })
  const second = await ask(proxy.port, { method: 'POST', body })

  expect(first.status).toBe(401)
  expect(first.headers['x-keyturn-replay']).toBe('body-too-large')
  expect(await proxy.metric('keyturn_proxy_replays_total{route="openai",outcome="body-too-large"}')).toBe(1)
  expect(second.status).toBe(200)
  expect(second.body.toString()).toBe(createHash('sha256').update(body).digest('hex'))
})

test('part of C5: a body of unknown length at the bound is replayed, one byte over is not', async () => {
  await using upstream = await startUpstream(accepting(new Set(['sk-old'])))
  const headers = { 'transfer-encoding': 'chunked' }
  for (const [length, status] of [
    [1_000, 200],
    [1_001, 401],
  ] as const) {
    await using proxy = await startTestProxy({
      upstream: upstream.url,
      source: currentAndGrace(),
      limits: { replayBodyBytes: 1_000 },
    })
    const body = randomBytes(length)
    const answer = await ask(proxy.port, { method: 'POST', headers, body })

    expect(answer.status).toBe(status)
    if (status === 200) expect(answer.body.toString()).toBe(createHash('sha256').update(body).digest('hex'))
  }
})

test('part of C5: an upstream that refuses before the upload ends still gets the whole body on the replay', async () => {
  await using upstream = await startUpstream(async (request, response) => {
    if (keyOf(request) === 'sk-old') return accepting(new Set(['sk-old']))(request, response)
    request.resume()
    return response.writeHead(401).end('no')
  })
  await using proxy = await startTestProxy({
    upstream: upstream.url,
    source: currentAndGrace(),
    limits: { replayBodyBytes: 4_000_000 },
  })
  const body = randomBytes(3_000_000)

  const answer = await ask(proxy.port, { method: 'POST', body })

  expect(answer.status).toBe(200)
  expect(answer.body.toString()).toBe(createHash('sha256').update(body).digest('hex'))
})

test('part of C5: a 403 is tried with one sibling; when both are refused it was not about the key, and neither is given up', async () => {
  await using upstream = await startUpstream(accepting(new Set(), 403))
  await using proxy = await startTestProxy({ upstream: upstream.url, source: currentAndGrace() })

  for (let index = 0; index < 2; index += 1) expect((await ask(proxy.port)).status).toBe(403)

  expect(upstream.seen.map(keyOf)).toEqual(['sk-new', 'sk-old', 'sk-new', 'sk-old'])
  expect(proxy.source.calls.labels).toBe(2)
})

test('part of C5: a 403 for one key only marks that key', async () => {
  await using upstream = await startUpstream(accepting(new Set(['sk-old']), 403))
  await using proxy = await startTestProxy({ upstream: upstream.url, source: currentAndGrace() })

  for (let index = 0; index < 2; index += 1) expect((await ask(proxy.port)).status).toBe(200)

  expect(upstream.seen.map(keyOf)).toEqual(['sk-new', 'sk-old', 'sk-old'])
})

test('part of C5: a 401 without a sibling reaches the client as the upstream said it, after one refresh', async () => {
  await using upstream = await startUpstream(accepting(new Set()))
  await using proxy = await startTestProxy({ upstream: upstream.url })
  const before = proxy.source.calls.labels

  const answer = await ask(proxy.port)

  expect(answer.status).toBe(401)
  expect(answer.body.toString()).toBe('{"error":"bad key"}')
  expect(answer.headers['x-keyturn-replay']).toBe('exhausted')
  await until(() => proxy.source.calls.labels > before, 'the key set was read again')
})

test('part of C5: a stream stays on the key that it began with, whatever happens to that key', async () => {
  const alive = new Set(['sk-new', 'sk-old'])
  let finish: (() => void) | undefined
  await using upstream = await startUpstream((request, response) => {
    if (!alive.has(keyOf(request) ?? '')) return response.writeHead(401).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: one\n\n')
    finish = () => response.end('data: two\n\n')
    return undefined
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, source: currentAndGrace() })
  const stream = ask(proxy.port)
  await until(() => finish !== undefined, 'the stream has begun')
  const end = finish

  alive.delete('sk-new')
  const other = ask(proxy.port)
  await until(() => finish !== end, 'another stream began with the sibling')
  finish?.()
  end?.()

  expect((await stream).body.toString()).toBe('data: one\n\ndata: two\n\n')
  expect((await other).headers['x-keyturn-replay']).toBe('sibling')
  expect(upstream.seen.map(keyOf)).toEqual(['sk-new', 'sk-new', 'sk-old'])
})

test.each([[400], [404], [429], [500], [503]])('a %i is not about the key: no replay, no verdict', async (status) => {
  await using upstream = await startUpstream(accepting(new Set(), status))
  await using proxy = await startTestProxy({ upstream: upstream.url, source: currentAndGrace() })

  expect((await ask(proxy.port)).status).toBe(status)
  expect(upstream.seen.map(keyOf)).toEqual(['sk-new'])
})

test('an upstream secret with no living key is a 503 that names the route, and nothing is sent', async () => {
  await using upstream = await startUpstream(accepting(new Set()))
  const source = sourceWith({})
  await using proxy = await startTestProxy({ upstream: upstream.url, source, ready: false })
  await until(() => proxy.source.calls.labels >= 2, 'the key sets were asked for')

  const answer = await ask(proxy.port)

  expect(errorOf(answer)).toMatchObject({
    code: 'upstream-key-unavailable',
    message: expect.stringContaining('openai'),
  })
  expect(upstream.seen).toEqual([])
})

test.each([
  ['says nothing more', () => undefined],
  ['trickles', (response: ServerResponse) => setInterval(() => response.write('x'), 20).unref()],
])(
  'part of C5: a 401 whose body %s does not hold the replay up, and its connection is given up',
  async (_how, goOn) => {
    let stalled: ServerResponse | undefined
    await using upstream = await startUpstream((request, response) => {
      if (keyOf(request) === 'sk-old') return response.end('ok')
      stalled = response
      response.writeHead(401, { 'content-length': '1000' }).write('{"error":')
      return goOn(response)
    })
    await using proxy = await startTestProxy({ upstream: upstream.url, source: currentAndGrace() })
    const began = performance.now()

    const answer = await ask(proxy.port)

    expect(answer.body.toString()).toBe('ok')
    expect(performance.now() - began).toBeLessThan(1_000)
    await until(() => stalled?.destroyed === true, 'the stalled answer is given up', 2_000)
  },
)
