import { expect, test } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { graceLabel } from '../../../core/grace.ts'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import type { MemorySource } from '../../helpers/proxy/memory-source.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import {
  CLIENT_KEY,
  CLIENT_SECRET,
  OLD_CLIENT_KEY,
  plainSource,
  startTestProxy,
  UPSTREAM_KEY,
  UPSTREAM_SECRET,
} from '../../helpers/proxy/start-test-proxy.ts'
import { ShiftedClock } from '../../helpers/proxy/test-clock.ts'
import { until } from '../../helpers/proxy/until.ts'

const ok = () => startUpstream((_request, response) => response.end('ok'))

/** The old client key in grace for one hour from now. */
function rotatedSource(): MemorySource {
  const deadline = new Date(Math.floor(new ShiftedClock().now().getTime() / 1_000) * 1_000 + HOUR)
  return plainSource().set(CLIENT_SECRET, {
    new: { labels: ['AWSCURRENT'], value: CLIENT_KEY },
    old: { labels: ['AWSPREVIOUS', graceLabel(deadline)], value: OLD_CLIENT_KEY },
    ancient: { labels: ['OTHER'], value: 'kt_ancient' },
  })
}

test('C2: current and grace keys pass, an old version without a grace label does not', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, source: rotatedSource() })

  expect((await ask(proxy.port)).status).toBe(200)
  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(200)
  expect((await ask(proxy.port, { key: 'kt_ancient' })).status).toBe(401)
  expect(await proxy.metric('keyturn_proxy_client_old_key_requests_total{client="app",version="old"}')).toBe(1)
  expect(
    await proxy.metric('keyturn_proxy_client_version_requests_total{client="app",version="new",state="current"}'),
  ).toBe(1)
})

test('C2: the grace key is refused the instant its deadline passes, without a refresh, and is told why', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, source: rotatedSource() })
  proxy.clock.shift(HOUR - 10_000)
  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(200)
  const reads = proxy.source.calls.labels

  proxy.clock.shift(10_000)
  const answer = await ask(proxy.port, { key: OLD_CLIENT_KEY })

  expect(answer.status).toBe(401)
  expect(errorOf(answer)).toMatchObject({
    code: 'key-expired',
    message: expect.stringContaining('Fetch the current value'),
  })
  expect(proxy.source.calls.labels).toBe(reads)
  expect(
    await proxy.metric('keyturn_proxy_client_expired_key_requests_total{client="app",version="old",state="expired"}'),
  ).toBe(1)
  expect((await ask(proxy.port)).status).toBe(200)
})

test('C2: a request that began before the deadline is served to its end', async () => {
  let finish: (() => void) | undefined
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: one\n\n')
    finish = () => response.end('data: two\n\n')
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, source: rotatedSource() })
  const stream = ask(proxy.port, { key: OLD_CLIENT_KEY })
  await until(() => finish !== undefined, 'the stream has begun')

  proxy.clock.shift(2 * HOUR)
  finish?.()

  expect(await stream).toMatchObject({ status: 200, complete: true })
})

test('part of C1: a key that was issued a moment ago is accepted at once, by all callers over one read', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, timing: { cooldownMs: 300 } })
  const fresh = `kt_${'n'.repeat(43)}`
  proxy.source.set(CLIENT_SECRET, { v2: { labels: ['AWSCURRENT'], value: fresh } })
  const reads = proxy.source.calls.labels

  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(proxy.port, { key: fresh })))

  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(proxy.source.calls.labels).toBe(reads + 1)
})

test('part of C1: with AWS down the last good keys are served, and refused once they are too old', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({
    upstream: upstream.url,
    refreshSeconds: 1,
    maxStaleSeconds: 2,
    source: plainSource(),
  })
  proxy.source.down = true

  expect((await ask(proxy.port)).status).toBe(200)
  expect((await ask(proxy.port, { key: 'kt_unknown' })).status).toBe(503)
  expect((await ask(proxy.port)).status).toBe(200)
  await until(
    () => proxy.log.some(({ code, level }) => code === 'key-set-stale' && level === 'error'),
    'the alarm is logged',
    10_000,
  )
  const stale = await ask(proxy.port)
  expect(stale.status).toBe(503)
  expect(errorOf(stale).code).toBe('key-set-unavailable')
  expect(stale.headers['retry-after']).toBe('5')
  expect(proxy.proxy.readiness()).toMatchObject({ ready: false })

  proxy.source.down = false
  await until(async () => (await ask(proxy.port)).status === 200, 'it serves again', 10_000)
})

test('part of C1: a set whose values cannot be read does not replace a good one', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, refreshSeconds: 1 })
  proxy.source
    .set(CLIENT_SECRET, { v2: { labels: ['AWSCURRENT'] } })
    .set(UPSTREAM_SECRET, { u2: { labels: ['AWSCURRENT'], value: 'sk-a, sk-b' } })
  const reads = proxy.source.calls.labels

  await until(() => proxy.source.calls.labels >= reads + 4, 'both sets were polled twice', 10_000)

  expect((await ask(proxy.port)).status).toBe(200)
  const codes = proxy.log.map(({ error }) => (error as { code?: string } | undefined)?.code)
  expect(codes).toEqual(expect.arrayContaining(['key-value-missing', 'key-malformed']))
  expect(
    await proxy.metric(`keyturn_proxy_key_set_refreshes_total{secret="${CLIENT_SECRET}",result="failed"}`),
  ).toBeGreaterThan(0)
})

test('part of C1: the poll brings a new upstream key into use without any request failing', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, refreshSeconds: 1 })
  await ask(proxy.port)
  proxy.source.set(UPSTREAM_SECRET, {
    u2: { labels: ['AWSCURRENT'], value: 'sk-two' },
    u1: { labels: [graceLabel(new Date(new ShiftedClock().now().getTime() + HOUR))], value: UPSTREAM_KEY },
  })

  await until(async () => {
    await ask(proxy.port)
    return upstream.seen.at(-1)?.headers.authorization === 'Bearer sk-two'
  }, 'the new key is used')
})

test('part of C1: before its keys are read the proxy is up, not ready, and refuses with a reason', async () => {
  await using upstream = await ok()
  const source = plainSource()
  source.down = true
  await using proxy = await startTestProxy({
    upstream: upstream.url,
    source,
    ready: false,
    timing: { unknownWaitMs: 50 },
  })

  expect((await fetch(`${proxy.url}/health`)).status).toBe(200)
  const ready = await fetch(`${proxy.url}/ready`)
  expect(ready.status).toBe(503)
  expect(await ready.json()).toEqual({
    ready: false,
    draining: false,
    keySets: { [CLIENT_SECRET]: 'loading', [UPSTREAM_SECRET]: 'loading' },
  })
  const answer = await ask(proxy.port)
  expect(answer.status).toBe(503)
  expect(errorOf(answer).code).toBe('key-set-unavailable')

  source.down = false
  await until(async () => (await fetch(`${proxy.url}/ready`)).status === 200, 'it is ready', 10_000)
  expect((await ask(proxy.port)).status).toBe(200)
})
