import { expect, test } from 'vitest'
import { KeySetStore } from '../../../../proxy/keys/key-set-store.ts'
import { readKeyValue } from '../../../../proxy/keys/key-value.ts'
import { UpstreamKeys } from '../../../../proxy/keys/upstream-keys.ts'
import { ManualClock } from '../../../helpers/proxy/manual-clock.ts'
import { MemorySource } from '../../../helpers/proxy/memory-source.ts'

const THREE = {
  v1: { labels: ['GRACE-UNTIL-20261122T110000Z'], value: 'sk-old' },
  v2: { labels: ['AWSCURRENT'], value: 'sk-now' },
  v3: { labels: ['AWSPENDING'], value: 'sk-next' },
}

async function setup(versions = THREE) {
  const clock = new ManualClock('2026-11-22T10:00:00Z')
  const source = new MemorySource().set('openai', versions)
  const store = new KeySetStore({
    secretId: 'openai',
    source,
    parse: (value) => readKeyValue(value),
    clock,
    cooldownMs: 1_000,
    timeoutMs: 10_000,
    maxStaleMs: 3_600_000,
  })
  const keys = new UpstreamKeys({ store, clock, deadMs: 30_000, fruitlessMs: 5_000, waitMs: 5_000 })
  await store.refresh()
  return { clock, source, store, keys }
}

function walk(keys: UpstreamKeys): string[] {
  const tried = new Set<string>()
  for (let key = keys.pick(tried); key; key = keys.pick(tried)) tried.add(key.versionId)
  return [...tried]
}

test('part of C5: current first, then grace, then pending, each once', async () => {
  const { keys } = await setup()

  expect(walk(keys)).toEqual(['v2', 'v1', 'v3'])
})

test('part of C5: a key found dead is passed over, but is better than none', async () => {
  const { keys } = await setup()
  keys.markDead('v2')
  expect(walk(keys)).toEqual(['v1', 'v3', 'v2'])

  for (const versionId of ['v1', 'v3']) keys.markDead(versionId)
  expect(walk(keys)).toEqual(['v2', 'v1', 'v3'])
})

test('part of C5: a dead key gets another chance after a while', async () => {
  const { clock, keys } = await setup()
  keys.markDead('v2')
  await clock.advance(29_999)
  expect(keys.pick()?.versionId).toBe('v1')
  await clock.advance(1)
  expect(keys.pick()?.versionId).toBe('v2')
})

test('part of C5: a dead key gets another chance when the set changes', async () => {
  const { clock, source, store, keys } = await setup()
  keys.markDead('v2')
  source.set('openai', { v2: THREE.v2, v1: THREE.v1 })
  await clock.advance(1_000)
  await store.refresh()

  expect(keys.pick()?.versionId).toBe('v2')
})

test('a grace key is not used past its deadline', async () => {
  const { clock, keys } = await setup()
  clock.setWall('2026-11-22T11:00:00Z')

  expect(walk(keys)).toEqual(['v2', 'v3'])
})

test('a set that is too old gives no key', async () => {
  const { clock, keys } = await setup()
  await clock.advance(3_600_001)

  expect(keys.pick()).toBeUndefined()
})

test('part of C5: a refused request does not wait for a read that hangs, beyond its bound', async () => {
  const { clock, source, keys } = await setup()
  source.broken.set('openai', 'hang')
  const waiting = keys.refreshForSibling()
  await clock.advance(5_000)

  expect(await waiting).toBe(false)
})

test('part of C5: a refresh that brought something new lets the next refused request wait for another', async () => {
  const { clock, source, keys } = await setup()
  for (const [index, versionId] of ['v4', 'v5'].entries()) {
    source.set('openai', { [versionId]: { labels: ['AWSCURRENT'], value: `sk-${index}` } })
    const refreshed = keys.refreshForSibling()
    await clock.advance(1_000)
    expect(await refreshed).toBe(true)
    expect(keys.pick()?.versionId).toBe(versionId)
  }
  expect(clock.sleeping).toBe(0)
})

test('part of C5: a refresh is started without being waited for', async () => {
  const { clock, source, keys } = await setup()
  source.set('openai', { v4: { labels: ['AWSCURRENT'], value: 'sk-4' } })
  keys.refreshSoon()
  expect(keys.pick()?.versionId).toBe('v2')
  await clock.advance(1_000)

  expect(keys.pick()?.versionId).toBe('v4')
})

test('part of C5: a refresh that brings nothing new is not waited for again at once', async () => {
  const { clock, source, keys } = await setup()
  const first = keys.refreshForSibling()
  await clock.advance(1_000)
  expect(await first).toBe(false)
  expect(source.calls.labels).toBe(2)
  expect(await keys.refreshForSibling()).toBe(false)
  expect(source.calls.labels).toBe(2)

  await clock.advance(5_000)
  source.set('openai', { v4: { labels: ['AWSCURRENT'], value: 'sk-4' } })
  expect(await keys.refreshForSibling()).toBe(true)
  expect(keys.pick()?.versionId).toBe('v4')
})
