import { expect, test } from 'vitest'
import { KeyturnError } from '../../../../core/errors.ts'
import type { KeySetStoreOptions } from '../../../../proxy/keys/key-set-store.ts'
import { keySetStore, SECRET } from '../../../helpers/proxy/key-stores.ts'
import { ManualClock } from '../../../helpers/proxy/manual-clock.ts'

const GRACE = 'GRACE-UNTIL-20261122T110000Z'

function setup(options: Partial<KeySetStoreOptions<string>> = {}) {
  const { clock, source, store } = keySetStore(options, new ManualClock('2026-11-22T10:00:00Z'))
  const load = async (fault?: Error) => {
    source.broken.clear()
    if (fault) source.broken.set(SECRET, fault)
    await clock.advance(1_000)
    return store.refresh()
  }
  return { clock, source, store, load }
}

const throttled = () => new KeyturnError('secret-source-unavailable', 'Throttled.')
const denied = () => new KeyturnError('secret-access-denied', 'The role may not.')

test('a set that is not read yet is loading, has no age and holds nothing', () => {
  const { store } = setup()

  expect(store).toMatchObject({ secretId: SECRET, state: 'loading', loaded: false, fresh: false, usable: false })
  expect(store).toMatchObject({ ageMs: undefined, reloading: false, coolingDown: false, outage: false, generation: 0 })
  expect([...store.versions, ...store.held, ...store.faults]).toEqual([])
})

test('a set that never comes is waited for until its third failure', async () => {
  const { store, load } = setup({ patienceMs: 60_000 })
  const states: string[] = []
  for (let failure = 0; failure < 4; failure += 1) {
    await load(throttled())
    states.push(store.state)
  }

  expect(states).toEqual(['loading', 'loading', 'failed', 'failed'])
  expect(store).toMatchObject({ outage: true, faults: [{ code: 'secret-source-unavailable' }] })
})

test('a set that never comes is waited for as long as patience lasts, counted from its first load', async () => {
  const { clock, store, load } = setup({ patienceMs: 5_000 })
  await clock.advance(100_000)
  expect(store.state).toBe('loading')
  await load(throttled())
  await clock.advance(3_000)
  await load(throttled())
  expect(store.state).toBe('loading')
  await clock.advance(999)
  expect(store.state).toBe('loading')
  await clock.advance(1)

  expect(store.state).toBe('failed')
})

test('a set that has come is fresh while it is young, ages, and is stale beyond the bound', async () => {
  const { clock, store, load } = setup()
  expect(await load()).toEqual({ result: 'loaded', faults: [] })
  expect(store).toMatchObject({ state: 'fresh', ageMs: 0, loaded: true, usable: true, reloading: false })
  expect(store.coolingDown).toBe(true)
  await clock.advance(999)
  expect(store.coolingDown).toBe(true)
  await clock.advance(1)
  expect(store).toMatchObject({ ageMs: 1_000, coolingDown: false })
  await clock.advance(59_000)
  expect(store.state).toBe('fresh')
  await clock.advance(1)

  expect(store).toMatchObject({ state: 'stale', usable: false, loaded: true })
})

test('a set with a fault is partial, one that has nothing left is gone, and each comes back when it is well', async () => {
  const { source, store, load } = setup()
  source.set(SECRET, {
    v1: { labels: ['AWSCURRENT'], value: 'one' },
    v0: { labels: ['GRACE-UNTIL-never'], value: 'zero' },
  })
  expect((await load()).result).toBe('partial')
  expect(store).toMatchObject({ state: 'partial', usable: true, faults: [{ code: 'grace-label-malformed' }] })
  source.set(SECRET, { v1: { labels: ['AWSCURRENT'], value: 'one' } })
  await load()
  expect(store).toMatchObject({ state: 'fresh', faults: [] })

  expect(await load(new KeyturnError('secret-deleted', 'It is going.'))).toMatchObject({ result: 'gone' })
  expect(store).toMatchObject({ state: 'gone', usable: false, loaded: true, faults: [{ code: 'secret-deleted' }] })
  expect(store.progress.conclusive).toBe(store.progress.finished)
  await load()
  expect(store).toMatchObject({ state: 'fresh', usable: true })
})

test('a set that was gone and is not found stays gone, at the first miss', async () => {
  const { store, load } = setup()
  await load()
  await load(new KeyturnError('secret-deleted', 'It is going.'))

  expect((await load(new KeyturnError('secret-not-found', 'There is none.'))).result).toBe('gone')
  expect(store.state).toBe('gone')
})

test('a set that is only in grace is usable until its deadline', async () => {
  const { clock, source, store, load } = setup()
  source.set(SECRET, { v1: { labels: [GRACE], value: 'one' }, v2: { labels: ['AWSCURRENT'] } })
  await load()
  expect(store).toMatchObject({ usable: true, state: 'partial' })
  source.set(SECRET, {
    v1: { labels: [GRACE], value: 'one' },
    v3: { labels: ['GRACE-UNTIL-20261122T103000Z'], value: 'three' },
  })
  await load()
  clock.setWall('2026-11-22T10:30:00Z')
  expect(store.usable).toBe(true)
  clock.setWall('2026-11-22T11:00:00Z')

  expect(store.usable).toBe(false)
})

test('generations count changes of versions, states and deadlines, and nothing else', async () => {
  const { source, store, load } = setup()
  const generations: number[] = []
  for (const versions of [
    { v1: { labels: ['AWSCURRENT'], value: 'one' } },
    { v1: { labels: ['AWSCURRENT', 'OTHER'], value: 'one' } },
    { v1: { labels: [GRACE], value: 'one' }, v2: { labels: ['AWSCURRENT'], value: 'two' } },
    { v1: { labels: ['GRACE-UNTIL-20261122T103000Z'], value: 'one' }, v2: { labels: ['AWSCURRENT'], value: 'two' } },
    { v2: { labels: ['AWSCURRENT'], value: 'two' } },
    { v2: { labels: ['AWSPENDING'], value: 'two' } },
  ]) {
    source.set(SECRET, versions)
    await load()
    generations.push(store.generation)
  }

  expect(generations).toEqual([1, 1, 2, 3, 4, 5])
})

test('doubts that an answer has ended begin anew', async () => {
  const { store, load } = setup({ doubtMs: 2_000 })
  const conclusive: boolean[] = []
  for (const fault of [denied(), denied(), undefined, denied(), denied(), throttled(), denied()]) {
    await load(fault)
    conclusive.push(store.progress.conclusive === store.progress.finished)
  }

  expect(conclusive).toEqual([false, false, true, false, false, false, true])
})

test('a doubt is no answer for five minutes unless told otherwise', async () => {
  const { clock, store, load } = setup()
  const isConclusive = () => store.progress.conclusive === store.progress.finished
  await load(denied())
  await clock.advance(298_999)
  await load(denied())
  expect(isConclusive()).toBe(false)
  await load(denied())

  expect(isConclusive()).toBe(true)
})

test('versions that end are told to whoever listens for them, and are not read when nobody does', async () => {
  const { source, store, load } = setup()
  const expired = {
    v1: { labels: ['AWSCURRENT'], value: 'one' },
    v0: { labels: ['GRACE-UNTIL-20261122T090000Z'], value: 'zero' },
  }
  source.set(SECRET, expired)
  store.subscribe({ changed: () => undefined })
  await load()
  expect(source.calls.value).toBe(1)

  const told: unknown[] = []
  store.subscribe({ ended: (versions) => told.push(...versions) })
  await load()
  await load()
  expect(source.calls.value).toBe(2)
  expect(told[0]).toMatchObject({ versionId: 'v0', state: 'expired', key: 'zero' })
})

test('an error that is no KeyturnError is an outage, and its text is not passed on', async () => {
  const { store, load } = setup()
  const { result, faults } = await load(new Error('socket hang up at 10.0.0.1'))

  expect(result).toBe('failed')
  expect(faults).toMatchObject([{ code: 'secret-source-unavailable', kind: 'retryable' }])
  expect(JSON.stringify(faults)).not.toContain('10.0.0.1')
  expect(store.outage).toBe(true)
})
