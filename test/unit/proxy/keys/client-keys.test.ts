import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graceLabel } from '../../../../core/grace.ts'
import { systemRandom } from '../../../../core/random.ts'
import { readKeySet } from '../../../../core/versions.ts'
import { ClientKeys, createDigest, parseClientKey } from '../../../../proxy/keys/client-keys.ts'
import { KeySetStore } from '../../../../proxy/keys/key-set-store.ts'
import { UnknownKeys } from '../../../../proxy/keys/unknown-keys.ts'
import { ManualClock, settle } from '../../../helpers/proxy/manual-clock.ts'
import { MemorySource } from '../../../helpers/proxy/memory-source.ts'

function setup() {
  const clock = new ManualClock('2026-11-22T10:00:00Z')
  const source = new MemorySource()
  const digest = createDigest(systemRandom)
  const keys = new ClientKeys(digest, clock)
  const store = new KeySetStore({
    secretId: 'app',
    source,
    parse: parseClientKey(digest),
    clock,
    cooldownMs: 1_000,
    timeoutMs: 10_000,
    maxStaleMs: 1e12,
  })
  keys.add('app', store)
  return { clock, source, digest, keys, store }
}

test('C2: current, pending and grace are found by what they are', async () => {
  const { source, keys, store } = setup()
  source.set('app', {
    v1: { labels: ['AWSPREVIOUS', 'GRACE-UNTIL-20261122T110000Z'], value: 'kt_old' },
    v2: { labels: ['AWSCURRENT'], value: 'kt_now' },
    v3: { labels: ['AWSPENDING'], value: 'kt_next' },
    v0: { labels: ['AWSPREVIOUS-ish'], value: 'kt_gone' },
  })
  await store.refresh()

  expect(keys.find('kt_now')).toMatchObject({ client: 'app', versionId: 'v2', state: 'current' })
  expect(keys.find('kt_next')).toMatchObject({ versionId: 'v3', state: 'pending' })
  expect(keys.find('kt_old')).toMatchObject({ versionId: 'v1', state: 'grace' })
  expect(keys.find('kt_gone')).toBeUndefined()
  expect(keys.find('')).toBeUndefined()
})

test('C2: a grace key is refused at its deadline without any refresh', async () => {
  const { clock, source, keys, store } = setup()
  source.set('app', {
    v1: { labels: ['GRACE-UNTIL-20261122T110000Z'], value: 'kt_old' },
    v2: { labels: ['AWSCURRENT'], value: 'kt_now' },
  })
  await store.refresh()
  const calls = source.calls.labels

  clock.setWall('2026-11-22T10:59:59.999Z')
  expect(keys.find('kt_old')?.state).toBe('grace')
  clock.setWall('2026-11-22T11:00:00.000Z')
  expect(keys.find('kt_old')?.state).toBe('expired')
  expect(keys.find('kt_now')?.state).toBe('current')
  expect(source.calls.labels).toBe(calls)
})

test('C2: an expired key stays known as expired while its label is there', async () => {
  const { clock, source, keys, store } = setup()
  source.set('app', {
    v1: { labels: ['GRACE-UNTIL-20261122T110000Z'], value: 'kt_old' },
    v2: { labels: ['AWSCURRENT'], value: 'kt_now' },
  })
  await store.refresh()
  clock.setWall('2026-11-22T12:00:00Z')
  await clock.advance(1_000)
  await store.refresh()

  expect(keys.find('kt_old')?.state).toBe('expired')
})

test('C2: what is accepted is what the labels say at this moment, whatever the labels and the moment', async () => {
  const moment = fc.date({
    min: new Date('2026-11-20T00:00:00Z'),
    max: new Date('2026-11-25T00:00:00Z'),
    noInvalidDate: true,
  })
  const label = fc.oneof(
    fc.constantFrom('AWSPREVIOUS', 'GRACE-UNTIL-20261131T000000Z', 'OTHER'),
    moment.map((date) => graceLabel(date)),
  )
  const old = fc.array(fc.array(label, { maxLength: 3 }), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(old, moment, moment, fc.boolean(), async (olds, loadedAt, askedAt, withPending) => {
      const { clock, source, keys, store } = setup()
      const labels: Record<string, string[]> = {
        current: ['AWSCURRENT'],
        ...(withPending && { pending: ['AWSPENDING'] }),
      }
      for (const [index, names] of olds.entries()) labels[`old${index}`] = names
      source.set(
        'app',
        Object.fromEntries(Object.entries(labels).map(([id, names]) => [id, { labels: names, value: `kt_${id}` }])),
      )
      const [first, second] = [loadedAt, askedAt].sort((one, other) => one.getTime() - other.getTime()) as [Date, Date]
      clock.setWall(first.toISOString())
      await store.refresh()
      clock.setWall(second.toISOString())

      const truth = readKeySet(labels, second)
      const alive = new Set([truth.current, truth.pending, ...truth.grace.map(({ versionId }) => versionId)])
      for (const versionId of Object.keys(labels)) {
        const state = keys.find(`kt_${versionId}`)?.state
        const accepted = state === 'current' || state === 'pending' || state === 'grace'
        expect(accepted, `${versionId} ${state}`).toBe(alive.has(versionId))
      }
    }),
    { numRuns: 200 },
  )
})

test('C2: no plaintext is kept', async () => {
  const { source, keys, store } = setup()
  source.set('app', { v2: { labels: ['AWSCURRENT'], value: 'kt_canary' } })
  await store.refresh()

  expect(inspect([store.versions, keys], { depth: 10, showHidden: true })).not.toContain('canary')
  expect(store.versions[0]?.key).toBeInstanceOf(Buffer)
  expect(store.versions[0]?.key).toHaveLength(32)
})

test('digests differ from process to process', () => {
  expect(createDigest(systemRandom)('kt_x')).not.toEqual(createDigest(systemRandom)('kt_x'))
})

test('part of C1: an unknown key causes a refresh, and is then refused for a while without another', async () => {
  const { clock, source, keys, store } = setup()
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  await store.refresh()
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })

  const first = unknown.lookAgain('kt_wrong')
  await clock.advance(1_000)
  expect(await first).toBe('unknown')
  expect(await unknown.lookAgain('kt_wrong')).toBe('unknown')
  expect(source.calls.labels).toBe(2)

  source.set('app', { v2: { labels: ['AWSCURRENT'], value: 'kt_new' } })
  const second = unknown.lookAgain('kt_new')
  await clock.advance(1_000)
  expect(await second).toMatchObject({ versionId: 'v2', state: 'current' })
})

test('part of C1: only a load that began after the request proves a key unknown', async () => {
  const { clock, source, keys, store } = setup()
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  await store.refresh()
  await clock.advance(1_000)
  const gate = Promise.withResolvers<void>()
  source.gate = () => gate.promise
  const polled = store.refresh()
  await settle()
  source.set('app', { v2: { labels: ['AWSCURRENT'], value: 'kt_new' } })
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })

  const look = unknown.lookAgain('kt_new')
  gate.resolve()
  await polled
  expect(keys.find('kt_new')).toBeUndefined()
  await clock.advance(1_000)

  expect(await look).toMatchObject({ versionId: 'v2', state: 'current' })
})

test.each([
  ['once, a new key is found at the second read', 1_000, expect.objectContaining({ versionId: 'v2' })],
  ['twice, a new key stays undecided', 2_000, 'undecided'],
])('part of C1: where a read fails %s', async (_what, ms, expected) => {
  const { clock, source, keys, store } = setup()
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  await store.refresh()
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })
  source.set('app', { v2: { labels: ['AWSCURRENT'], value: 'kt_new' } })
  source.down = true
  const look = unknown.lookAgain('kt_new')
  for (let passed = 0; passed < ms; passed += 1_000) await clock.advance(1_000)
  source.down = false
  await clock.advance(1_000)

  expect(await look).toEqual(expected)
})

test('part of C1: an undecided look is not remembered', async () => {
  const { clock, source, keys, store } = setup()
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  await store.refresh()
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })
  source.down = true
  const during = unknown.lookAgain('kt_new')
  await clock.advance(1_000)
  await clock.advance(1_000)
  expect(await during).toBe('undecided')

  source.down = false
  source.set('app', { v2: { labels: ['AWSCURRENT'], value: 'kt_new' } })
  const after = unknown.lookAgain('kt_new')
  await clock.advance(1_000)
  expect(await after).toMatchObject({ versionId: 'v2' })
})

test('part of C1: an unknown key waits for every set, a known one for its own alone', async () => {
  const { clock, source, digest, keys, store } = setup()
  const other = new KeySetStore({
    secretId: 'other',
    source,
    parse: parseClientKey(digest),
    clock,
    cooldownMs: 1_000,
    timeoutMs: 10_000,
    maxStaleMs: 1e12,
  })
  keys.add('other', other)
  source.set('other', { o1: { labels: ['AWSCURRENT'], value: 'kt_other' } })
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  await Promise.all([store.refresh(), other.refresh()])
  await clock.advance(1_000)
  source.broken.set('other', 'hang')
  source.set('app', { v2: { labels: ['AWSCURRENT'], value: 'kt_new' } })
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })

  const wrong = unknown.lookAgain('kt_wrong')
  expect(await unknown.lookAgain('kt_new')).toMatchObject({ client: 'app', versionId: 'v2' })
  await clock.advance(5_000)
  expect(await wrong).toBe('undecided')
})

test('C19: a key that came back and ended again is over since its second end', async () => {
  const { clock, source, keys, store } = setup()
  const load = async (versions: Parameters<typeof source.set>[1]) => {
    source.set('app', versions)
    await clock.advance(60_000)
    await store.refresh()
  }
  await load({ v1: { labels: ['AWSCURRENT'], value: 'kt_one' } })
  await load({ v2: { labels: ['AWSCURRENT'], value: 'kt_two' } })
  const first = clock.now()
  await load({ v2: { labels: ['AWSCURRENT'], value: 'kt_two' } })
  expect(keys.find('kt_one')).toMatchObject({ client: 'app', versionId: 'v1', state: 'retired', since: first })

  await load({ v1: { labels: ['AWSCURRENT'], value: 'kt_one' } })
  expect(keys.find('kt_one')?.state).toBe('current')
  expect(keys.find('kt_two')?.state).toBe('retired')
  await load({ v2: { labels: ['AWSCURRENT'], value: 'kt_two' } })

  expect(keys.find('kt_two')?.state).toBe('current')
  expect(keys.find('kt_one')).toMatchObject({ state: 'retired', since: clock.now() })
})

test('C19: a key whose grace ended and whose label went between two reads is over since its deadline', async () => {
  const { clock, source, keys, store } = setup()
  const current = { labels: ['AWSCURRENT'], value: 'kt_now' }
  source.set('app', { v2: current, v1: { labels: ['AWSPREVIOUS', 'GRACE-UNTIL-20261122T110000Z'], value: 'kt_old' } })
  await store.refresh()
  await settle()
  expect(source.calls.value).toBe(2)
  source.set('app', { v2: current })
  clock.setWall('2026-11-22T12:00:00Z')
  await clock.advance(1_000)
  await store.refresh()

  expect(keys.find('kt_old')).toMatchObject({ state: 'retired', since: new Date('2026-11-22T11:00:00Z') })
})

test('C19: an expired key is over since its deadline, and still named when the sweeper has taken its label', async () => {
  const { clock, source, keys, store } = setup()
  const current = { labels: ['AWSCURRENT'], value: 'kt_now' }
  source.set('app', { v2: current, v1: { labels: ['GRACE-UNTIL-20261122T110000Z'], value: 'kt_old' } })
  await store.refresh()
  clock.setWall('2026-11-22T11:04:00Z')
  await clock.advance(1_000)
  await store.refresh()
  const since = new Date('2026-11-22T11:00:00Z')
  expect(keys.find('kt_old')).toEqual({ client: 'app', versionId: 'v1', state: 'expired', since })

  source.set('app', { v2: current })
  await clock.advance(1_000)
  await store.refresh()
  expect(keys.find('kt_old')).toEqual({ client: 'app', versionId: 'v1', state: 'retired', since })
  await clock.advance(7 * 24 * 3_600_000)
  expect(keys.find('kt_old')).toBeUndefined()
})

test('part of C1: a request with an unknown key does not wait for AWS for ever', async () => {
  const { clock, source, keys, store } = setup()
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  await store.refresh()
  source.gate = () => new Promise(() => undefined)
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })

  const answer = unknown.lookAgain('kt_wrong')
  await clock.advance(5_000)

  expect(await answer).toBe('undecided')
})
