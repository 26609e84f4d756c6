import { expect, test } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { KeyturnError } from '../../../core/errors.ts'
import { graceLabel } from '../../../core/grace.ts'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import {
  CLIENT_KEY,
  CLIENT_SECRET,
  OLD_CLIENT_KEY,
  OLD_UPSTREAM_KEY,
  plainSource,
  startTestProxy,
  UPSTREAM_KEY,
  UPSTREAM_SECRET,
} from '../../helpers/proxy/start-test-proxy.ts'
import { ShiftedClock } from '../../helpers/proxy/test-clock.ts'
import { until } from '../../helpers/proxy/until.ts'

const ok = () => startUpstream((_request, response) => response.end('ok'))
const OTHER_SECRET = 'keyturn/test/other-app'
const OTHER_KEY = `kt_${'t'.repeat(43)}`
const NEW_KEY = `kt_${'n'.repeat(43)}`
const outage = () => new KeyturnError('secret-source-unavailable', 'DescribeSecret failed (ThrottlingException).')
const inAnHour = () => graceLabel(new Date(new ShiftedClock().now().getTime() + HOUR))

const twoClients = {
  clients: [
    { name: 'app', secretId: CLIENT_SECRET },
    { name: 'other-app', secretId: OTHER_SECRET },
  ],
}
const twoClientSource = () => plainSource().set(OTHER_SECRET, { o1: { labels: ['AWSCURRENT'], value: OTHER_KEY } })

test('part of C1: an unknown key is answered 503 while the key sets cannot be read, and that is not held against it', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url })
  proxy.source.set(CLIENT_SECRET, { v2: { labels: ['AWSCURRENT'], value: NEW_KEY } })
  proxy.source.broken.set(CLIENT_SECRET, outage())

  const during = await ask(proxy.port, { key: NEW_KEY })
  proxy.source.broken.clear()
  const after = await ask(proxy.port, { key: NEW_KEY })

  expect(during.status).toBe(503)
  expect(errorOf(during).code).toBe('key-set-unavailable')
  expect(during.headers['retry-after']).toBe('5')
  expect(after.status).toBe(200)
  expect(errorOf(await ask(proxy.port, { key: 'kt_wrong' })).code).toBe('key-unknown')
})

test('part of C1: an unknown key is answered 503, within a bound, while the read hangs', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, timing: { unknownWaitMs: 50 } })
  proxy.source.broken.set(CLIENT_SECRET, 'hang')

  expect(errorOf(await ask(proxy.port, { key: 'kt_wrong' })).code).toBe('key-set-unavailable')
  expect((await ask(proxy.port)).status).toBe(200)
})

test('part of C1: a version that cannot be read for the moment leaves unknown keys undecided', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url })
  proxy.source.set(CLIENT_SECRET, {
    'client-v1': { labels: ['AWSCURRENT'], value: CLIENT_KEY },
    v2: { labels: ['AWSPENDING'], value: NEW_KEY },
  })
  proxy.source.broken.set(`${CLIENT_SECRET}/v2`, outage())

  expect((await ask(proxy.port, { key: NEW_KEY })).status).toBe(503)
  proxy.source.broken.clear()
  expect((await ask(proxy.port, { key: NEW_KEY })).status).toBe(200)
})

test("C18: one client's secret in an outage leaves the others' known and new keys alone", async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, source: twoClientSource(), ...twoClients })
  proxy.source.broken.set(OTHER_SECRET, 'hang')
  proxy.source.set(CLIENT_SECRET, {
    'client-v1': { labels: [inAnHour()], value: CLIENT_KEY },
    v2: { labels: ['AWSCURRENT'], value: NEW_KEY },
  })
  const before = performance.now()

  expect((await ask(proxy.port, { key: CLIENT_KEY })).status).toBe(200)
  expect((await ask(proxy.port, { key: NEW_KEY })).status).toBe(200)
  expect((await ask(proxy.port, { key: OTHER_KEY })).status).toBe(200)
  expect(performance.now() - before).toBeLessThan(2_000)
})

test.each([
  ['a malformed value', 401],
  ['a permission that is missing', 503],
])('C18: with %s in one client a new task is ready, and serves the rest', async (what, unknown) => {
  await using upstream = await ok()
  const source = twoClientSource()
  if (what === 'a malformed value') source.set(OTHER_SECRET, { o1: { labels: ['AWSCURRENT'], value: 'two words' } })
  else source.broken.set(OTHER_SECRET, new KeyturnError('secret-access-denied', 'The role may not.'))
  await using proxy = await startTestProxy({ upstream: upstream.url, source, ...twoClients })

  expect(proxy.proxy.readiness()).toMatchObject({
    ready: true,
    keySets: { [CLIENT_SECRET]: 'fresh', [OTHER_SECRET]: 'failed', [UPSTREAM_SECRET]: 'fresh' },
  })
  expect((await ask(proxy.port)).status).toBe(200)
  expect((await ask(proxy.port, { key: OTHER_KEY })).status).toBe(unknown)
})

test('C18: a permission that stays missing is an answer: unknown keys are told so again', async () => {
  await using upstream = await ok()
  const source = twoClientSource()
  source.broken.set(OTHER_SECRET, new KeyturnError('secret-access-denied', 'The role may not.'))
  const timing = { doubtMs: 100 }
  await using proxy = await startTestProxy({ upstream: upstream.url, source, ...twoClients, timing })

  await until(async () => (await ask(proxy.port, { key: 'kt_wrong' })).status === 401, 'unknown keys get 401')
})

test.each([
  ['fails', outage()],
  ['hangs', 'hang' as const],
])('C18: a read that %s from the start delays a task, and does not stop it', async (_what, fault) => {
  await using upstream = await ok()
  const source = twoClientSource()
  source.broken.set(OTHER_SECRET, fault)
  const timing = { patienceMs: fault === 'hang' ? 100 : 60_000, unknownWaitMs: 100 }
  await using proxy = await startTestProxy({ upstream: upstream.url, source, ...twoClients, timing, ready: false })
  await until(() => proxy.proxy.readiness().keySets[CLIENT_SECRET] === 'fresh', 'the others are there')
  expect(proxy.proxy.readiness().ready).toBe(false)

  await until(() => proxy.proxy.readiness().ready, 'the task is ready', 10_000)

  expect(proxy.proxy.readiness().keySets[OTHER_SECRET]).toBe('failed')
  expect((await ask(proxy.port)).status).toBe(200)
  expect((await ask(proxy.port, { key: OTHER_KEY })).status).toBe(503)
})

test('C18: with Secrets Manager down altogether a new task never becomes ready', async () => {
  await using upstream = await ok()
  const source = plainSource()
  source.down = true
  await using proxy = await startTestProxy({ upstream: upstream.url, source, ready: false })

  await until(() => proxy.proxy.readiness().keySets[CLIENT_SECRET] === 'failed', 'it has been tried', 10_000)

  expect(proxy.proxy.readiness().ready).toBe(false)
})

test("C18: one route's broken secret makes that route unavailable and nothing else", async () => {
  await using upstream = await ok()
  const source = plainSource().set('keyturn/test/broken', { b1: { labels: ['AWSCURRENT'], value: '"sk-quoted"' } })
  const routes = [{}, { name: 'broken', prefix: '/broken', secretId: 'keyturn/test/broken' }]
  await using proxy = await startTestProxy({ upstream: upstream.url, source, routes })

  expect((await fetch(`${proxy.url}/ready`)).status).toBe(200)
  expect((await ask(proxy.port)).status).toBe(200)
  const answer = await ask(proxy.port, { path: '/broken/x' })
  expect(answer.status).toBe(503)
  expect(errorOf(answer).code).toBe('upstream-key-unavailable')
  expect(upstream.seen).toHaveLength(1)
})

test.each([
  ['garbage', 'two words'],
  ['a list', 'kt_a,kt_b'],
])(
  'part of C1: %s as the current value discards no grace or pending key, and a restart is ready',
  async (_what, garbage) => {
    await using upstream = await ok()
    const source = plainSource()
      .set(CLIENT_SECRET, {
        v3: { labels: ['AWSCURRENT'], value: garbage },
        v2: { labels: ['AWSPREVIOUS', inAnHour()], value: OLD_CLIENT_KEY },
        v4: { labels: ['AWSPENDING'], value: NEW_KEY },
      })
      .set(UPSTREAM_SECRET, {
        u3: { labels: ['AWSCURRENT'], value: garbage },
        u2: { labels: ['AWSPREVIOUS', inAnHour()], value: OLD_UPSTREAM_KEY },
      })
    await using proxy = await startTestProxy({ upstream: upstream.url, source })

    expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(200)
    expect((await ask(proxy.port, { key: NEW_KEY })).status).toBe(200)
    expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${OLD_UPSTREAM_KEY}`)
    expect(proxy.proxy.readiness().keySets).toEqual({ [CLIENT_SECRET]: 'partial', [UPSTREAM_SECRET]: 'partial' })
    expect(await proxy.metric(`keyturn_proxy_key_set_faults{secret="${CLIENT_SECRET}"}`)).toBe(1)
    expect(proxy.log.find(({ secret, level }) => secret === CLIENT_SECRET && level === 'error')).toMatchObject({
      error: { code: 'key-malformed', kind: 'needs-human' },
    })
    expect(JSON.stringify(proxy.log)).not.toContain(garbage)
  },
)

test('part of C1: a garbage current value leaves what was in force before it, grace keys beyond maxStaleSeconds', async () => {
  await using upstream = await ok()
  const source = plainSource().set(CLIENT_SECRET, {
    v2: { labels: ['AWSCURRENT'], value: CLIENT_KEY },
    v1: { labels: ['AWSPREVIOUS', inAnHour()], value: OLD_CLIENT_KEY },
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, source, refreshSeconds: 1, maxStaleSeconds: 2 })
  source.set(CLIENT_SECRET, {
    v3: { labels: ['AWSCURRENT'], value: 'two words' },
    v2: { labels: ['AWSPREVIOUS'], value: CLIENT_KEY },
    v1: { labels: [inAnHour()], value: OLD_CLIENT_KEY },
  })
  const reads = source.calls.labels
  await until(() => source.calls.labels >= reads + 2, 'both sets were read again', 10_000)

  expect((await ask(proxy.port, { key: CLIENT_KEY })).status).toBe(200)
  await until(async () => (await ask(proxy.port, { key: CLIENT_KEY })).status === 401, 'the last one is over', 10_000)
  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(200)
})

test.each([
  ['scheduled for deletion', new KeyturnError('secret-deleted', 'It is scheduled for deletion.')],
  ['not there any more', new KeyturnError('secret-not-found', 'It does not exist.')],
  ['without any label', undefined],
])(
  'part of C1: a secret that is %s ends its keys at the next refresh, and unknown keys get 401',
  async (_what, error) => {
    await using upstream = await ok()
    const source = twoClientSource()
    await using proxy = await startTestProxy({ upstream: upstream.url, source, refreshSeconds: 1, ...twoClients })
    if (error) source.broken.set(CLIENT_SECRET, error)
    else source.set(CLIENT_SECRET, {})

    await until(async () => (await ask(proxy.port)).status === 401, 'its key is refused', 4_000)

    expect(errorOf(await ask(proxy.port, { key: 'kt_wrong' })).code).toBe('key-unknown')
    expect((await ask(proxy.port, { key: OTHER_KEY })).status).toBe(200)
    expect(proxy.proxy.readiness()).toMatchObject({ ready: true, keySets: { [CLIENT_SECRET]: 'gone' } })
    source.broken.clear()
    source.set(CLIENT_SECRET, { 'client-v1': { labels: ['AWSCURRENT'], value: CLIENT_KEY } })
    await until(async () => (await ask(proxy.port)).status === 200, 'it is back', 4_000)
  },
)

test('part of C1: an upstream secret that is gone ends its route alone', async () => {
  await using upstream = await ok()
  const source = plainSource().set('keyturn/test/second', { s1: { labels: ['AWSCURRENT'], value: 'sk-second' } })
  const routes = [{}, { name: 'second', prefix: '/second', secretId: 'keyturn/test/second' }]
  await using proxy = await startTestProxy({ upstream: upstream.url, source, routes, refreshSeconds: 1 })
  source.broken.set(UPSTREAM_SECRET, new KeyturnError('secret-deleted', 'It is scheduled for deletion.'))

  await until(async () => (await ask(proxy.port)).status === 503, 'the route has no key', 4_000)

  expect(errorOf(await ask(proxy.port)).code).toBe('upstream-key-unavailable')
  expect((await ask(proxy.port, { path: '/second/x' })).status).toBe(200)
  expect(JSON.stringify(upstream.seen.slice(-1))).not.toContain(UPSTREAM_KEY)
})

test('part of C1: one "not found" amid good answers ends nothing', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url })
  proxy.source.broken.set(CLIENT_SECRET, new KeyturnError('secret-not-found', 'It does not exist.'))

  expect((await ask(proxy.port, { key: 'kt_wrong' })).status).toBe(503)
  expect((await ask(proxy.port)).status).toBe(200)
  proxy.source.broken.clear()
  expect((await ask(proxy.port, { key: 'kt_wrong' })).status).toBe(401)
  proxy.source.broken.set(CLIENT_SECRET, new KeyturnError('secret-not-found', 'It does not exist.'))
  expect((await ask(proxy.port, { key: 'kt_wrong2' })).status).toBe(503)
  expect((await ask(proxy.port)).status).toBe(200)
})

test('part of C1: a denied read is an outage to keys that are known', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, refreshSeconds: 1 })
  proxy.source.broken.set(CLIENT_SECRET, new KeyturnError('secret-access-denied', 'The role may not.'))
  await until(
    () => proxy.log.some(({ error }) => (error as { code?: string } | undefined)?.code === 'secret-access-denied'),
    'it is reported',
  )

  expect((await ask(proxy.port)).status).toBe(200)
})

test('part of C15: keyless requests from an address do not keep a new key from it out', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { failedAuthPerMinute: 3 } })
  for (let index = 0; index < 8; index += 1) await ask(proxy.port, { key: null })
  expect((await ask(proxy.port, { key: null })).status).toBe(429)
  expect((await ask(proxy.port, { key: 'kt_wrong' })).status).toBe(429)
  proxy.source.set(CLIENT_SECRET, { v2: { labels: ['AWSCURRENT'], value: NEW_KEY } })

  expect((await ask(proxy.port, { key: NEW_KEY })).status).toBe(200)
})

test("C18: a client whose set is too old is told 503, not 401, whatever happens to others' sets", async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({
    upstream: upstream.url,
    source: twoClientSource(),
    ...twoClients,
    refreshSeconds: 1,
    maxStaleSeconds: 1,
    timing: { doubtMs: 0 },
  })
  proxy.source.broken.set(OTHER_SECRET, new KeyturnError('secret-access-denied', 'The role may not.'))
  await until(async () => (await ask(proxy.port, { key: OTHER_KEY })).status === 503, 'its set is too old', 4_000)
  proxy.source.set(CLIENT_SECRET, { v2: { labels: ['AWSCURRENT'], value: NEW_KEY } })

  await until(async () => (await ask(proxy.port, { key: NEW_KEY })).status === 200, "the other's set has changed")
  expect((await ask(proxy.port, { key: OTHER_KEY })).status).toBe(503)
  expect((await ask(proxy.port, { key: 'kt_wrong' })).status).toBe(401)
})

test('part of C15: wrong keys have the sets of many clients read less often, so that a stranger cannot have AWS throttle us', async () => {
  await using upstream = await ok()
  const source = plainSource()
  const clients = Array.from({ length: 150 }, (_, index) => ({
    name: `app-${index}`,
    secretId: `${CLIENT_SECRET}-${index}`,
  }))
  for (const { name, secretId } of clients)
    source.set(secretId, { v1: { labels: ['AWSCURRENT'], value: `kt_${name}` } })
  await using proxy = await startTestProxy({ upstream: upstream.url, source, clients, timing: { unknownWaitMs: 100 } })
  const reads = source.calls.labels

  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, index) => ask(proxy.port, { key: `kt_wrong${index}` })),
  )

  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(503))
  expect(source.calls.labels).toBe(reads)
})
