import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graceLabel } from '../../../../core/grace.ts'
import { systemRandom } from '../../../../core/random.ts'
import { readKeySet } from '../../../../core/versions.ts'
import { createDigest, parseClientKey } from '../../../../proxy/keys/client-keys.ts'
import { KeySetStore } from '../../../../proxy/keys/key-set-store.ts'
import { clientKeys, STORE } from '../../../helpers/proxy/key-stores.ts'
import { settle } from '../../../helpers/proxy/manual-clock.ts'

const setup = clientKeys

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

test('of several versions that hold one value, the current one names it, then the one in grace, then the pending one', async () => {
  const { clock, source, keys, store } = setup()
  const load = async (versions: Parameters<typeof source.set>[1]) => {
    source.set('app', versions)
    await clock.advance(1_000)
    await store.refresh()
    return keys.find('kt_same')
  }
  const grace = { labels: ['GRACE-UNTIL-20261122T110000Z'], value: 'kt_same' }
  const pending = { labels: ['AWSPENDING'], value: 'kt_same' }
  const other = { labels: ['AWSCURRENT'], value: 'kt_now' }

  const all = await load({ v3: pending, v1: grace, v2: { labels: ['AWSCURRENT'], value: 'kt_same' } })
  expect(all).toMatchObject({ versionId: 'v2', state: 'current' })
  expect(await load({ v3: pending, v1: grace, v4: other })).toMatchObject({ versionId: 'v1', state: 'grace' })
  clock.setWall('2026-11-22T11:00:00Z')
  expect(keys.find('kt_same')).toMatchObject({ versionId: 'v3', state: 'pending' })
})

test.each([
  ['first', ['mine', 'theirs']],
  ['last', ['theirs', 'mine']],
])(
  'of two clients that hold one value, the one that it is accepted for has it, be it the %s',
  async (_place, order) => {
    const { clock, source, digest, keys } = setup()
    const stores = order.map((client) => {
      const store = new KeySetStore({ ...STORE, secretId: client, source, parse: parseClientKey(digest), clock })
      keys.add(client, store)
      return store
    })
    const refresh = () => Promise.all(stores.map((store) => store.refresh()))
    const current = { labels: ['AWSCURRENT'], value: 'kt_same' }
    const ending = { labels: ['GRACE-UNTIL-20261122T110000Z'], value: 'kt_same' }
    source.set('mine', { m: current }).set('theirs', { t: ending, t2: { labels: ['AWSCURRENT'], value: 'kt_other' } })
    await refresh()
    expect(keys.find('kt_same')).toEqual({ client: 'mine', versionId: 'm', state: 'current' })

    source.set('mine', { m: ending })
    await clock.advance(1_000)
    await refresh()
    clock.setWall('2026-11-22T11:00:00Z')
    expect(keys.find('kt_same')?.state).toBe('expired')
    source.set('theirs', { t: { labels: ['AWSPENDING'], value: 'kt_same' }, t3: current })
    await clock.advance(1_000)
    await refresh()
    expect(keys.find('kt_same')).toEqual({ client: 'theirs', versionId: 't3', state: 'current' })
  },
)

test('of two clients for which one value is current, the one that the config names first has it', async () => {
  const { clock, source, digest, keys, store } = setup()
  const other = new KeySetStore({ ...STORE, secretId: 'other', source, parse: parseClientKey(digest), clock })
  keys.add('other', other)
  const current = { labels: ['AWSCURRENT'], value: 'kt_same' }
  source.set('app', { v1: current }).set('other', { o1: current })
  await other.refresh()
  await store.refresh()

  expect(keys.find('kt_same')).toMatchObject({ client: 'app', versionId: 'v1' })
})

test('whoever watches is told of labels that come after their load was given up', async () => {
  const { clock, source, keys, store } = setup()
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  await store.refresh()
  source.set('app', { v1: { labels: ['AWSPENDING'], value: 'kt_now' } })
  const gate = Promise.withResolvers<void>()
  source.gate = () => gate.promise
  const late = store.refresh()
  await clock.advance(11_000)
  await late
  const states: (string | undefined)[] = []
  keys.watch(() => states.push(keys.find('kt_now')?.state))
  gate.resolve()
  await settle()

  expect(states).toEqual(['pending'])
})

test('of two clients that hold one value, one whose set is too old does not hide the other', async () => {
  const { clock, source, digest, keys, store } = setup()
  const old = new KeySetStore({
    ...STORE,
    secretId: 'old',
    source,
    parse: parseClientKey(digest),
    clock,
    maxStaleMs: 1,
  })
  keys.add('old', old)
  source.set('app', { v1: { labels: ['AWSPENDING'], value: 'kt_same' } })
  source.set('old', { o1: { labels: ['AWSCURRENT'], value: 'kt_same' } })
  await Promise.all([store.refresh(), old.refresh()])
  expect(keys.find('kt_same')).toMatchObject({ client: 'old', state: 'current' })

  await clock.advance(2)

  expect(keys.find('kt_same')).toMatchObject({ client: 'app', state: 'pending' })
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
  const since = new Date('2026-11-22T11:00:00Z')
  expect(keys.find('kt_old')).toEqual({ client: 'app', versionId: 'v1', state: 'expired', since })
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
