import { expect, test, vi } from 'vitest'
import { KeyturnError } from '../../../../core/errors.ts'
import type { KeySetStore } from '../../../../proxy/keys/key-set-store.ts'
import { keySetStore, SECRET } from '../../../helpers/proxy/key-stores.ts'
import { settle } from '../../../helpers/proxy/manual-clock.ts'

const setup = keySetStore

const keysOf = (store: KeySetStore<string>) => store.versions.map(({ key }) => key)

test('part of C1: callers at the same time share one load', async () => {
  const { source, store } = setup()

  await Promise.all([store.refresh(), store.refresh(), store.refresh()])

  expect(source.calls).toEqual({ labels: 1, value: 1 })
  expect(keysOf(store)).toEqual(['one'])
})

test('part of C1: a caller during a load gets a later load, since the running one may have read too early', async () => {
  const { clock, source, store } = setup()
  const gate = Promise.withResolvers<void>()
  source.gate = (call) => (call === 1 ? gate.promise : Promise.resolve())
  const first = store.refresh()
  await settle()
  source.set(SECRET, { v2: { labels: ['AWSCURRENT'], value: 'two' } })

  expect(store.reloading).toBe(true)
  const second = store.refresh()
  const third = store.refresh()
  gate.resolve()
  await first
  expect(keysOf(store)).toEqual(['one'].slice(0, keysOf(store).length))
  await clock.advance(1_000)
  await Promise.all([second, third])

  expect(source.calls.labels).toBe(2)
  expect(keysOf(store)).toEqual(['two'])
})

test('part of C1: loads start at least a cooldown apart, and callers in between wait instead of being turned away', async () => {
  const { clock, source, store } = setup()
  await store.refresh()
  expect(store.coolingDown).toBe(true)
  source.set(SECRET, { v2: { labels: ['AWSCURRENT'], value: 'two' } })

  const waiting = store.refresh()
  await clock.advance(999)
  expect(source.calls.labels).toBe(1)
  await clock.advance(1)
  await waiting

  expect(source.calls.labels).toBe(2)
  expect(keysOf(store)).toEqual(['two'])
})

test('part of C1: a late answer never overwrites a newer one', async () => {
  const { clock, source, store } = setup()
  const gate = Promise.withResolvers<void>()
  source.gate = (call) => (call === 1 ? gate.promise : Promise.resolve())
  const slow = store.refresh()
  await settle()
  await clock.advance(10_000)
  expect((await slow).result).toBe('failed')
  source.set(SECRET, {
    v1: { labels: ['AWSPREVIOUS'], value: 'one' },
    v2: { labels: ['AWSCURRENT'], value: 'two' },
  })
  expect((await store.refresh()).result).toBe('loaded')

  gate.resolve()
  await settle()

  expect(source.calls.labels).toBe(2)
  expect(keysOf(store)).toEqual(['two'])
})

test('part of C1: a late answer is still taken when nothing newer came', async () => {
  const { clock, source, store } = setup()
  await store.refresh()
  source.set(SECRET, { v1: { labels: ['AWSPENDING'], value: 'one' } })
  const gate = Promise.withResolvers<void>()
  source.gate = () => gate.promise
  const slow = store.refresh()
  await clock.advance(11_000)
  expect((await slow).result).toBe('failed')
  expect(store.versions).toMatchObject([{ state: 'current' }])
  gate.resolve()
  await settle()

  expect(store.versions).toMatchObject([{ versionId: 'v1', state: 'pending', key: 'one' }])
})

test('part of C1: the last good set is served while AWS is down, up to the bound and no longer', async () => {
  const { clock, source, store } = setup()
  await store.refresh()
  source.down = true

  await clock.advance(60_000)
  expect((await store.refresh()).result).toBe('failed')
  expect(keysOf(store)).toEqual(['one'])
  expect(store.fresh).toBe(true)

  await clock.advance(1)
  expect(keysOf(store)).toEqual([])
  expect(store).toMatchObject({ fresh: false, loaded: true })

  source.down = false
  await clock.advance(1_000)
  await store.refresh()
  expect(keysOf(store)).toEqual(['one'])
})

test('part of C1: staleness follows the monotonic clock, not the wall', async () => {
  const { clock, store } = setup()
  await store.refresh()

  clock.setWall('2030-01-01T00:00:00Z')

  expect(store).toMatchObject({ fresh: true, ageMs: 0 })
})

test.each([
  ['a current version without a value', { v2: { labels: ['AWSCURRENT'] } }, 'key-value-missing'],
  ['a malformed current value', { v2: { labels: ['AWSCURRENT'], value: 'BAD' } }, 'key-malformed'],
])('part of C1: a good set is never replaced by %s', async (_what, versions, code) => {
  const { clock, source, store } = setup({
    parse: (value) => {
      if (value.reveal() === 'BAD') throw new Error('malformed')
      return value.reveal()
    },
  })
  await store.refresh()
  const before = store.generation
  source.set(SECRET, versions)

  await clock.advance(1_000)
  const outcome = await store.refresh()

  expect(outcome.result).toBe('failed')
  expect(outcome.faults.map((fault) => fault.code)).toEqual([code])
  expect(keysOf(store)).toEqual(['one'])
  expect(store.generation).toBe(before)
})

test('part of C1: a secret without living labels is empty at once, and one without a current version keeps the others', async () => {
  const { clock, source, store } = setup()
  await store.refresh()
  source.set(SECRET, { v2: { labels: ['AWSPENDING'], value: 'two' } })
  await clock.advance(1_000)
  expect(await store.refresh()).toMatchObject({ result: 'partial', faults: [{ code: 'key-set-empty' }] })
  expect(keysOf(store)).toEqual(['two'])

  source.set(SECRET, { v2: { labels: ['OTHER'], value: 'two' } })
  await clock.advance(1_000)
  expect(await store.refresh()).toMatchObject({ result: 'gone', faults: [{ code: 'key-set-empty' }] })
  expect(keysOf(store)).toEqual([])
  expect(store).toMatchObject({ state: 'gone', fresh: true, usable: false })
})

const notFound = () => new KeyturnError('secret-not-found', 'There is no such secret.')
const denied = () => new KeyturnError('secret-access-denied', 'The role may not.')
const throttled = () => new KeyturnError('secret-source-unavailable', 'Throttled.')

async function reload({ clock, store }: ReturnType<typeof setup>, ms = 1_000) {
  await clock.advance(ms)
  return store.refresh()
}

test.each([
  ['once', [notFound()], ['failed'], ['one']],
  ['twice', [notFound(), notFound()], ['failed', 'gone'], []],
  ['twice with an outage between', [notFound(), throttled(), notFound()], ['failed', 'failed', 'gone'], []],
  ['twice with a good answer between', [notFound(), undefined, notFound()], ['failed', 'loaded', 'failed'], ['one']],
])('part of C1: a secret not found %s', async (_times, answers, results, keys) => {
  const rig = setup()
  await rig.store.refresh()
  const seen: string[] = []
  for (const answer of answers) {
    rig.source.broken.clear()
    if (answer) rig.source.broken.set(SECRET, answer)
    seen.push((await reload(rig)).result)
  }

  expect(seen).toEqual(results)
  expect(keysOf(rig.store)).toEqual(keys)
})

test('part of C1: a missing permission is a doubt that turns into an answer; an outage never does', async () => {
  const rig = setup({ doubtMs: 3_000 })
  await rig.store.refresh()
  const conclusive = async (fault: Error) => {
    rig.source.broken.set(SECRET, fault)
    await reload(rig)
    return rig.store.progress.conclusive === rig.store.progress.finished
  }
  expect(rig.store.progress.conclusive).toBe(rig.store.progress.finished)
  for (let second = 0; second < 6; second += 1) expect(await conclusive(throttled())).toBe(false)
  for (let second = 0; second < 3; second += 1) expect(await conclusive(denied())).toBe(false)
  expect(await conclusive(denied())).toBe(true)
  expect(await conclusive(throttled())).toBe(false)
  expect(keysOf(rig.store)).toEqual(['one'])
})

test('part of C1: a version that hangs keeps its own key out, and no other', async () => {
  const rig = setup()
  rig.source.set(SECRET, {
    v1: { labels: ['GRACE-UNTIL-20261123T100000Z'], value: 'one' },
    v2: { labels: ['AWSCURRENT'], value: 'two' },
  })
  const value = rig.source.value.bind(rig.source)
  vi.spyOn(rig.source, 'value').mockImplementation((secretId, versionId, signal) => {
    if (versionId !== 'v2') return value(secretId, versionId)
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
  })
  const loading = rig.store.refresh()
  await rig.clock.advance(10_000)

  expect((await loading).result).toBe('failed')
  expect(keysOf(rig.store)).toEqual(['one'])
  expect(rig.store.state).toBe('partial')
})

test('part of C1: what was in force before an unreadable current version goes at the bound, with a label, or with the secret', async () => {
  const rig = setup()
  await rig.store.refresh()
  const bad = { labels: ['AWSCURRENT'] }
  rig.source.set(SECRET, { v2: bad, v1: { labels: ['AWSPREVIOUS'], value: 'one' } })
  await reload(rig, 59_000)
  expect(rig.store).toMatchObject({ state: 'partial', usable: true })
  await rig.clock.advance(1_001)
  expect(keysOf(rig.store)).toEqual([])
  await rig.store.refresh()
  expect(rig.store).toMatchObject({ state: 'failed', fresh: true, usable: false })

  for (const end of [{ v1: { labels: ['GRACE-UNTIL-20261122T000000Z'] }, v2: bad }, {}]) {
    const other = setup()
    await other.store.refresh()
    other.source.set(SECRET, end)
    await reload(other)
    expect(keysOf(other.store)).toEqual([])
  }
})

test('part of C1: a known key is kept while its label lives, whatever reading it again would say', async () => {
  const rig = setup()
  await rig.store.refresh()
  rig.source.broken.set(`${SECRET}/v1`, throttled())
  rig.source.set(SECRET, {
    v2: { labels: ['AWSCURRENT'], value: 'two' },
    v1: { labels: ['AWSPREVIOUS', 'GRACE-UNTIL-20261123T100000Z'], value: 'one' },
  })

  expect((await reload(rig)).result).toBe('loaded')
  expect(keysOf(rig.store)).toEqual(['two', 'one'])
})

test('part of C1: a version is fetched once; a pending one without a value is no error and is asked for again', async () => {
  const { clock, source, store } = setup()
  source.set(SECRET, { v1: { labels: ['AWSCURRENT'], value: 'one' }, v2: { labels: ['AWSPENDING'] } })
  expect(await store.refresh()).toEqual({ result: 'loaded', faults: [] })
  expect(keysOf(store)).toEqual(['one'])
  expect(source.calls.value).toBe(2)

  source.set(SECRET, { v1: { labels: ['AWSCURRENT'], value: 'one' }, v2: { labels: ['AWSPENDING'], value: 'two' } })
  await clock.advance(1_000)
  await store.refresh()
  expect(keysOf(store)).toEqual(['one', 'two'])
  expect(source.calls.value).toBe(3)

  source.set(SECRET, {
    v1: { labels: ['AWSPREVIOUS', 'GRACE-UNTIL-20261123T100000Z'], value: 'one' },
    v2: { labels: ['AWSCURRENT'], value: 'two' },
  })
  await clock.advance(1_000)
  await store.refresh()
  expect(store.versions.map(({ versionId, state }) => `${versionId} ${state}`)).toEqual(['v2 current', 'v1 grace'])
  expect(source.calls).toEqual({ labels: 3, value: 3 })
})

test('part of C1: an unreadable grace version leaves the rest in force and is reported', async () => {
  const { source, store } = setup()
  source.set(SECRET, {
    v1: { labels: ['GRACE-UNTIL-20261123T100000Z'], value: 'one' },
    v2: { labels: ['AWSCURRENT'], value: 'two' },
    v0: { labels: ['GRACE-UNTIL-tomorrow'], value: 'zero' },
  })
  const value = source.value.bind(source)
  vi.spyOn(source, 'value').mockImplementation((secretId, versionId) =>
    versionId === 'v1' ? Promise.reject(new Error('throttled')) : value(secretId, versionId),
  )

  const outcome = await store.refresh()

  expect(outcome.result).toBe('partial')
  expect(outcome.faults.map(({ code }) => code)).toEqual(['grace-label-malformed', 'secret-source-unavailable'])
  expect(keysOf(store)).toEqual(['two'])
})

test('changes are announced once each, and not when nothing changed', async () => {
  const changed = vi.fn()
  const { clock, store } = setup()
  store.subscribe({ changed })
  await store.refresh()
  await clock.advance(1_000)
  await store.refresh()

  expect(changed).toHaveBeenCalledTimes(1)
})
