import { expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../../core/clock.ts'
import { graceLabel } from '../../../core/grace.ts'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import type { MemorySource } from '../../helpers/proxy/memory-source.ts'
import { keyOf, startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import {
  CLIENT_KEY,
  CLIENT_SECRET,
  OLD_CLIENT_KEY,
  plainSource,
  startTestProxy,
  type TestProxy,
  UPSTREAM_SECRET,
} from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

const ok = () => startUpstream((_request, response) => response.end('ok'))

const current = { labels: ['AWSCURRENT'], value: CLIENT_KEY }
const old = (...labels: string[]) => ({ labels, value: OLD_CLIENT_KEY })

/** As after `put-secret-value`: the version that was current carries AWSPREVIOUS and no deadline. */
const replaced = { v2: current, v1: old('AWSPREVIOUS') }

/** A proxy that has seen v1 in force. */
async function inForce(upstream: string): Promise<TestProxy> {
  const source = plainSource().set(CLIENT_SECRET, { v1: old('AWSCURRENT') })
  return startTestProxy({ upstream, source, refreshSeconds: 1 })
}

async function readAgain(source: MemorySource): Promise<void> {
  const reads = source.calls.labels
  await until(() => source.calls.labels >= reads + 4, 'both sets were read again', 10_000)
}

test('B19: a client key that a hand has replaced goes on until it is put into grace, and then by its deadline', async () => {
  await using upstream = await ok()
  await using proxy = await inForce(upstream.url)
  proxy.source.set(CLIENT_SECRET, replaced)
  await readAgain(proxy.source)

  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(200)
  expect((await ask(proxy.port)).status).toBe(200)

  const deadline = new Date(proxy.clock.now().getTime() + HOUR)
  proxy.source.set(CLIENT_SECRET, { v2: current, v1: old('AWSPREVIOUS', graceLabel(deadline)) })
  await readAgain(proxy.source)
  proxy.clock.shift(HOUR - MINUTE)
  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(200)
  proxy.clock.shift(2 * MINUTE)
  expect(errorOf(await ask(proxy.port, { key: OLD_CLIENT_KEY })).code).toBe('key-expired')
})

test('B19: nobody puts it into grace: it is refused two minutes after it was seen replaced, however often it is read', async () => {
  await using upstream = await ok()
  await using proxy = await inForce(upstream.url)
  proxy.source.set(CLIENT_SECRET, replaced)
  await readAgain(proxy.source)
  proxy.clock.shift(100 * SECOND)
  await readAgain(proxy.source)
  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(200)

  proxy.clock.shift(30 * SECOND)
  expect(errorOf(await ask(proxy.port, { key: OLD_CLIENT_KEY })).code).toBe('key-expired')
  await readAgain(proxy.source)
  expect(errorOf(await ask(proxy.port, { key: OLD_CLIENT_KEY })).code).toBe('key-expired')
})

test('B19: a deadline that has passed ends it at once, as revoke-now writes it', async () => {
  await using upstream = await ok()
  await using proxy = await inForce(upstream.url)
  const over = graceLabel(new Date(proxy.clock.now().getTime() - MINUTE))
  proxy.source.set(CLIENT_SECRET, { v2: current, v1: old('AWSPREVIOUS', over) })
  await readAgain(proxy.source)

  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(401)
})

test('B19: a key in grace whose label is taken off by hand is refused: only what was in force goes on', async () => {
  await using upstream = await ok()
  const far = graceLabel(new Date(Date.UTC(2000, 0)))
  const source = plainSource().set(CLIENT_SECRET, { v2: current, v1: old('AWSPREVIOUS', far) })
  await using proxy = await startTestProxy({ upstream: upstream.url, source, refreshSeconds: 1 })
  source.set(CLIENT_SECRET, { v2: current, v1: old('AWSPREVIOUS', graceLabel(inHour(proxy))) })
  await until(async () => (await ask(proxy.port, { key: OLD_CLIENT_KEY })).status === 200, 'it is in grace', 10_000)

  source.set(CLIENT_SECRET, replaced)
  await readAgain(source)
  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(401)
})

test('B19: a task that starts in that minute has never seen it in force, and refuses it', async () => {
  await using upstream = await ok()
  const source = plainSource().set(CLIENT_SECRET, replaced)
  await using proxy = await startTestProxy({ upstream: upstream.url, source })

  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(401)
})

test('B19: an upstream key that a hand has replaced by one that the upstream refuses is its sibling for that minute', async () => {
  await using upstream = await startUpstream((request, response) =>
    response.writeHead(keyOf(request) === 'sk-old' ? 200 : 401).end(),
  )
  const source = plainSource().set(UPSTREAM_SECRET, { u1: { labels: ['AWSCURRENT'], value: 'sk-old' } })
  await using proxy = await startTestProxy({ upstream: upstream.url, source, refreshSeconds: 1 })
  source.set(UPSTREAM_SECRET, {
    u2: { labels: ['AWSCURRENT'], value: 'sk-mistaken' },
    u1: { labels: ['AWSPREVIOUS'], value: 'sk-old' },
  })
  await readAgain(source)

  expect((await ask(proxy.port)).status).toBe(200)
})

const inHour = (proxy: TestProxy): Date => new Date(proxy.clock.now().getTime() + HOUR)
