import { expect, test } from 'vitest'
import { KeySetStore } from '../../../../proxy/keys/key-set-store.ts'
import { ManualClock } from '../../../helpers/proxy/manual-clock.ts'
import { MemorySource } from '../../../helpers/proxy/memory-source.ts'

/** A store that has seen v1 in force, before a hand moves AWSCURRENT to v2. */
async function setup() {
  const clock = new ManualClock('2026-11-22T10:00:00Z')
  const source = new MemorySource().set('app', { v1: { labels: ['AWSCURRENT'], value: 'one' } })
  const store = new KeySetStore<string>({
    secretId: 'app',
    source,
    parse: (value) => value.reveal(),
    clock,
    cooldownMs: 0,
    timeoutMs: 10_000,
    maxStaleMs: 1e9,
  })
  await store.refresh()
  const load = async (versions: Parameters<typeof source.set>[1], ms = 0) => {
    source.set('app', versions)
    await clock.advance(ms)
    await store.refresh()
    return store.versions.map(({ versionId, state, deadline }) => [versionId, state, deadline?.toISOString()])
  }
  return { clock, source, store, load }
}

const CURRENT = { v2: { labels: ['AWSCURRENT'], value: 'two' } }
const BY_HAND = { ...CURRENT, v1: { labels: ['AWSPREVIOUS'], value: 'one' } }

test('what a hand has replaced goes on for two minutes from the moment when that was seen, and no longer', async () => {
  const { load } = await setup()
  const bridged = [
    ['v2', 'current', undefined],
    ['v1', 'grace', '2026-11-22T10:02:30.000Z'],
  ]

  expect(await load(BY_HAND, 30_000)).toEqual(bridged)
  expect(await load(BY_HAND, 119_999)).toEqual(bridged)
  expect(await load(BY_HAND, 1)).toEqual([['v2', 'current', undefined]])
  expect(await load(BY_HAND, 1)).toEqual([['v2', 'current', undefined]])
})

test('its own grace label takes over from that', async () => {
  const { load } = await setup()
  await load(BY_HAND)
  const labels = ['AWSPREVIOUS', 'GRACE-UNTIL-20261122T120000Z']

  expect(await load({ ...CURRENT, v1: { labels, value: 'one' } })).toEqual([
    ['v2', 'current', undefined],
    ['v1', 'grace', '2026-11-22T12:00:00.000Z'],
  ])
})

test.each([
  ['was pending', { v1: { labels: ['AWSPENDING'], value: 'one' } }],
  ['was in grace', { v1: { labels: ['GRACE-UNTIL-20261122T120000Z'], value: 'one' } }],
])('a version that %s does not go on as one that was in force', async (_what, before) => {
  const { load } = await setup()
  await load({ ...before, v0: { labels: ['AWSCURRENT'], value: 'zero' } })

  expect(await load(BY_HAND)).toEqual([['v2', 'current', undefined]])
})

test('a version that was never seen in force does not go on', async () => {
  const { load } = await setup()

  expect(await load({ ...CURRENT, v9: { labels: ['AWSPREVIOUS'], value: 'nine' } })).toEqual([
    ['v2', 'current', undefined],
  ])
})

test('a version that is replaced by hand twice gets its two minutes anew', async () => {
  const { load } = await setup()
  await load(BY_HAND, 1_000)
  await load({ v1: { labels: ['AWSCURRENT'], value: 'one' } }, 200_000)

  expect(await load(BY_HAND, 1_000)).toEqual([
    ['v2', 'current', undefined],
    ['v1', 'grace', '2026-11-22T10:05:22.000Z'],
  ])
})
