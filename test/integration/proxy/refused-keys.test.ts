import { expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../../core/clock.ts'
import { KeyturnError } from '../../../core/errors.ts'
import { graceLabel } from '../../../core/grace.ts'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import {
  CLIENT_KEY,
  CLIENT_SECRET,
  OLD_CLIENT_KEY,
  plainSource,
  startTestProxy,
  type TestProxy,
} from '../../helpers/proxy/start-test-proxy.ts'
import { ShiftedClock } from '../../helpers/proxy/test-clock.ts'
import { until } from '../../helpers/proxy/until.ts'

const ok = () => startUpstream((_request, response) => response.end('ok'))
const at = (ms: number) => new Date(Math.floor((new ShiftedClock().now().getTime() + ms) / 1_000) * 1_000)
const refusals = (proxy: TestProxy) => proxy.log.filter(({ code }) => code === 'client-key-refused')
const metricOf = (proxy: TestProxy, version: string, state: string) =>
  proxy.metric(`keyturn_proxy_client_expired_key_requests_total{client="app",version="${version}",state="${state}"}`)

test('C19: after its retirement a key is refused by name, with the address, and its holder hears since when', async () => {
  await using upstream = await ok()
  const old = { labels: ['AWSPREVIOUS', graceLabel(at(HOUR))], value: OLD_CLIENT_KEY }
  const source = plainSource().set(CLIENT_SECRET, {
    'new-version': { labels: ['AWSCURRENT'], value: CLIENT_KEY },
    'old-version': old,
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, source, refreshSeconds: 1 })
  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(200)
  source.set(CLIENT_SECRET, { 'new-version': { labels: ['AWSCURRENT'], value: CLIENT_KEY } })
  const before = at(0)

  await until(async () => (await ask(proxy.port, { key: OLD_CLIENT_KEY })).status === 401, 'it is retired')
  const answer = await ask(proxy.port, { key: OLD_CLIENT_KEY })

  expect(errorOf(answer).code).toBe('key-expired')
  const since = /not accepted it since (\S+Z)/.exec(errorOf(answer).message)?.[1]
  expect(Date.parse(since ?? '')).toBeGreaterThanOrEqual(before.getTime())
  expect(Date.parse(since ?? '')).toBeLessThanOrEqual(at(2_000).getTime())
  expect(refusals(proxy)[0]).toMatchObject({
    level: 'warn',
    client: 'app',
    version: 'old-vers',
    state: 'retired',
    address: '127.0.0.1',
  })
  expect(await metricOf(proxy, 'old-vers', 'retired')).toBeGreaterThanOrEqual(2)
  expect(proxy.log.findLast(({ message }) => message === 'request')).toMatchObject({
    client: 'app',
    clientVersion: 'old-vers',
    clientState: 'retired',
    address: '127.0.0.1',
    code: 'key-expired',
  })
  expect(JSON.stringify(proxy.log)).not.toContain(OLD_CLIENT_KEY)
})

test('C19: the key of a deleted secret is refused by name', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, refreshSeconds: 1 })
  proxy.source.broken.set(CLIENT_SECRET, new KeyturnError('secret-deleted', 'It is scheduled for deletion.'))

  await until(async () => (await ask(proxy.port)).status === 401, 'it is gone')

  expect(refusals(proxy)[0]).toMatchObject({ client: 'app', version: 'client-v', state: 'retired' })
})

test('C19: a task that has just started names the old keys that labels still show', async () => {
  await using upstream = await ok()
  const source = plainSource().set(CLIENT_SECRET, {
    current: { labels: ['AWSCURRENT'], value: CLIENT_KEY },
    expired: { labels: [graceLabel(at(-HOUR))], value: 'kt_expired' },
    previous: { labels: ['AWSPREVIOUS'], value: 'kt_previous' },
    supplied: { labels: ['SUPPLIED'], value: 'kt_supplied' },
    broken: { labels: ['AWSPREVIOUS', 'GRACE-UNTIL-whenever'], value: 'not a key' },
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, source })
  const codes = async (key: string) => errorOf(await ask(proxy.port, { key })).code

  await until(async () => (await codes('kt_expired')) === 'key-expired', 'the expired key is named')
  await until(async () => (await codes('kt_previous')) === 'key-expired', 'the previous key is named')
  expect(await codes('kt_supplied')).toBe('key-unknown')
  expect(errorOf(await ask(proxy.port, { key: 'kt_expired' })).message).toContain(at(-HOUR).toISOString().slice(0, 16))
  expect(errorOf(await ask(proxy.port, { key: 'kt_previous' })).message).not.toContain('since')
  expect(await metricOf(proxy, 'expired', 'expired')).toBeGreaterThanOrEqual(1)
  expect(await metricOf(proxy, 'previous', 'retired')).toBeGreaterThanOrEqual(1)
})

test('C19: a value that is old and current at once is the current key', async () => {
  await using upstream = await ok()
  const source = plainSource().set(CLIENT_SECRET, {
    v2: { labels: ['AWSCURRENT'], value: CLIENT_KEY },
    v1: { labels: ['AWSPREVIOUS'], value: CLIENT_KEY },
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, source, refreshSeconds: 1 })
  const reads = source.calls.labels
  await until(() => source.calls.labels >= reads + 4, 'it was read again', 10_000)

  expect((await ask(proxy.port)).status).toBe(200)
})

test('C19: a retired key that is put back is accepted at once', async () => {
  await using upstream = await ok()
  const source = plainSource()
  await using proxy = await startTestProxy({ upstream: upstream.url, source })
  source.set(CLIENT_SECRET, { v2: { labels: ['AWSCURRENT'], value: 'kt_two' } })
  await ask(proxy.port, { key: 'kt_two' })
  source.set(CLIENT_SECRET, { 'client-v1': { labels: ['AWSCURRENT'], value: CLIENT_KEY } })

  expect((await ask(proxy.port)).status).toBe(200)
})

test('C19: a caller who goes on with an old key cannot flood the log: once at once, then one count', async () => {
  await using upstream = await ok()
  const source = plainSource().set(CLIENT_SECRET, {
    current: { labels: ['AWSCURRENT'], value: CLIENT_KEY },
    old: { labels: [graceLabel(at(MINUTE))], value: OLD_CLIENT_KEY },
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, source, limits: { failedAuthPerMinute: 3 } })
  proxy.clock.shift(HOUR)

  for (let index = 0; index < 10; index += 1) await ask(proxy.port, { key: OLD_CLIENT_KEY })
  expect(refusals(proxy)).toHaveLength(1)
  await proxy.proxy.drain()

  expect(refusals(proxy)).toHaveLength(2)
  expect(refusals(proxy)[1]).toMatchObject({ client: 'app', version: 'old', state: 'expired', requests: 9 })
  expect(await metricOf(proxy, 'old', 'expired')).toBe(10)
})
