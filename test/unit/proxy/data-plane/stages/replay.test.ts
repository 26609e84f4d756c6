import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { AttemptDiscarded } from '../../../../../proxy/data-plane/attempt.ts'
import type { Attempt, Stripped } from '../../../../../proxy/data-plane/exchange.ts'
import { replay } from '../../../../../proxy/data-plane/stages/replay.ts'
import { KeySetStore } from '../../../../../proxy/keys/key-set-store.ts'
import { readKeyValue } from '../../../../../proxy/keys/key-value.ts'
import { UpstreamKeys } from '../../../../../proxy/keys/upstream-keys.ts'
import { createMetrics } from '../../../../../proxy/metrics.ts'
import { ManualClock } from '../../../../helpers/proxy/manual-clock.ts'
import { MemorySource } from '../../../../helpers/proxy/memory-source.ts'

const OLD = { labels: ['GRACE-UNTIL-20261122T110000Z'], value: 'sk-old' }
const LIMITS = { replayBytes: 10, maxBytes: 100, idleMs: 1_000 }

/** The stage with real keys, and an upstream that answers each key with a status. */
async function setup(statuses: Readonly<Record<string, number>>) {
  const clock = new ManualClock('2026-11-22T10:00:00Z')
  const source = new MemorySource().set('openai', { old: OLD, now: { labels: ['AWSCURRENT'], value: 'sk-now' } })
  const store = new KeySetStore({
    secretId: 'openai',
    source,
    parse: (value) => readKeyValue(value),
    clock,
    cooldownMs: 1_000,
    timeoutMs: 10_000,
    maxStaleMs: 3_600_000,
  })
  await store.refresh()
  const keys = new UpstreamKeys({ store, clock, deadMs: 30_000, fruitlessMs: 5_000, waitMs: 5_000 })
  const sent: string[] = []
  const seen: { status: number; replay: string | undefined }[] = []
  const upstream = async (attempt: Attempt): Promise<void> => {
    const key = attempt.key.reveal()
    sent.push(key)
    const status = statuses[key] ?? 200
    const verdict = await attempt.judge(status)
    if (!verdict.keep) throw new AttemptDiscarded()
    seen.push({ status, replay: verdict.replay })
  }
  const handle = replay({ limits: LIMITS, metrics: createMetrics() })(upstream)
  const request = { headers: {} } as IncomingMessage
  const exchange = { request, route: { name: 'openai', keys }, facts: { attempts: 0 } } as unknown as Stripped
  return { clock, source, store, keys, sent, seen, facts: exchange.facts, send: () => handle(exchange) }
}

test('part of C5: a key that the upstream refuses has its set read again, though a sibling got the answer', async () => {
  const { clock, source, sent, seen, facts, send } = await setup({ 'sk-now': 401 })
  await send()
  await clock.advance(1_000)

  expect(sent).toEqual(['sk-now', 'sk-old'])
  expect(seen).toEqual([{ status: 200, replay: 'sibling' }])
  expect(facts).toMatchObject({ attempts: 2, upstreamVersion: 'old' })
  expect(source.calls.labels).toBe(2)
})

test('a request that is forbidden says nothing of the set, which is not read again, nor of the key', async () => {
  const { clock, source, keys, sent, seen, send } = await setup({ 'sk-now': 403, 'sk-old': 403 })
  await send()
  await clock.advance(10_000)

  expect(sent).toEqual(['sk-now', 'sk-old'])
  expect(seen).toEqual([{ status: 403, replay: 'exhausted' }])
  expect(source.calls.labels).toBe(1)
  expect(keys.pick()?.versionId).toBe('now')
})

test('part of C5: a key that a sibling has proven dead is passed over by the next request, and one that is alone at fault is not', async () => {
  const dead = await setup({ 'sk-now': 401 })
  await dead.send()
  expect(dead.keys.pick()?.versionId).toBe('old')

  const both = await setup({ 'sk-now': 401, 'sk-old': 401 })
  const answered = both.send()
  await both.clock.advance(6_000)
  await answered
  expect(both.seen).toEqual([{ status: 401, replay: 'exhausted' }])
  expect(both.keys.pick()?.versionId).toBe('now')
})

test('part of C5: when every key is refused, one that has come in the meantime is tried, once', async () => {
  const { clock, source, sent, seen, send } = await setup({ 'sk-now': 401, 'sk-old': 401 })
  source.set('openai', { old: OLD, now: { labels: [] }, next: { labels: ['AWSCURRENT'], value: 'sk-next' } })
  const answered = send()
  await clock.advance(1_000)
  await answered

  expect(sent).toEqual(['sk-now', 'sk-old', 'sk-next'])
  expect(seen).toEqual([{ status: 200, replay: 'sibling' }])
})

test('an answer that is not about the key is kept as it is', async () => {
  const { source, sent, seen, send } = await setup({ 'sk-now': 500 })
  await send()

  expect(sent).toEqual(['sk-now'])
  expect(seen).toEqual([{ status: 500, replay: undefined }])
  expect(source.calls.labels).toBe(1)
})

test('what an attempt fails with otherwise is not tried with a sibling', async () => {
  const { keys, sent } = await setup({})
  const failure = new Error('no connection')
  const handle = replay({ limits: LIMITS, metrics: createMetrics() })(async (attempt) => {
    sent.push(attempt.key.reveal())
    throw failure
  })
  const exchange = { request: { headers: {} }, route: { name: 'openai', keys }, facts: { attempts: 0 } }

  await expect(handle(exchange as unknown as Stripped)).rejects.toBe(failure)
  expect(sent).toEqual(['sk-now'])
})

test('a route without a usable key says so', async () => {
  const { clock, keys, send } = await setup({})
  await clock.advance(3_600_001)

  expect(keys.pick()).toBeUndefined()
  await expect(send()).rejects.toMatchObject({ code: 'upstream-key-unavailable', retryAfterSeconds: 5 })
})
