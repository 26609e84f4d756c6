import { expect, test, vi } from 'vitest'
import { parseClientKey } from '../../../../proxy/keys/client-keys.ts'
import { KeySetStore } from '../../../../proxy/keys/key-set-store.ts'
import { UnknownKeys } from '../../../../proxy/keys/unknown-keys.ts'
import { clientKeys, STORE } from '../../../helpers/proxy/key-stores.ts'
import { settle } from '../../../helpers/proxy/manual-clock.ts'

const setup = clientKeys

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
  const other = new KeySetStore({ ...STORE, secretId: 'other', source, parse: parseClientKey(digest), clock })
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

test.each([
  ['pending', ['AWSPENDING']],
  ['grace', ['GRACE-UNTIL-20261122T110000Z']],
])('part of C1: a key that has come as a %s one is found too', async (state, labels) => {
  const { clock, source, keys, store } = setup()
  const current = { labels: ['AWSCURRENT'], value: 'kt_now' }
  source.set('app', { v1: current })
  await store.refresh()
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })
  source.set('app', { v1: current, v2: { labels, value: 'kt_new' } })
  const look = unknown.lookAgain('kt_new')
  await clock.advance(1_000)

  expect(await look).toMatchObject({ versionId: 'v2', state })
})

test('part of C1: a key that has come with its grace over is no living one', async () => {
  const { clock, source, keys, store } = setup()
  const current = { labels: ['AWSCURRENT'], value: 'kt_now' }
  source.set('app', { v1: current })
  await store.refresh()
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })
  source.set('app', { v1: current, v2: { labels: ['GRACE-UNTIL-20261122T095959Z'], value: 'kt_old' } })
  const look = unknown.lookAgain('kt_old')
  await clock.advance(1_000)

  expect(await look).toBe('unknown')
})

test('part of C1: a key that no read has brought is looked for again when its time is over, and not before', async () => {
  const { clock, source, keys, store } = setup()
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  await store.refresh()
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })
  const first = unknown.lookAgain('kt_new')
  await clock.advance(1_000)
  expect(await first).toBe('unknown')
  source.set('app', { v2: { labels: ['AWSCURRENT'], value: 'kt_new' } })

  await clock.advance(9_999)
  expect(await unknown.lookAgain('kt_new')).toBe('unknown')
  await clock.advance(1)
  expect(await unknown.lookAgain('kt_new')).toMatchObject({ versionId: 'v2' })
})

test('part of C1: where one client’s set cannot be read, an unknown key waits for one more read of it', async () => {
  const { clock, source, digest, keys, store } = setup()
  const other = new KeySetStore({ ...STORE, secretId: 'other', source, parse: parseClientKey(digest), clock })
  keys.add('other', other)
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  source.set('other', { o1: { labels: ['AWSCURRENT'], value: 'kt_other' } })
  await Promise.all([store.refresh(), other.refresh()])
  await clock.advance(1_000)
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })
  source.broken.set('other', new Error('throttled'))
  const look = unknown.lookAgain('kt_wrong')
  await settle()
  source.broken.clear()
  await clock.advance(1_000)

  expect(await look).toBe('unknown')
})

test('part of C1: whoever has an answer waits no more, and costs nothing more', async () => {
  const { clock, source, keys, store } = setup()
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  await store.refresh()
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })
  const look = unknown.lookAgain('kt_wrong')
  await clock.advance(1_000)
  await look
  expect(clock.sleeping).toBe(0)

  const lookUp = vi.spyOn(keys, 'findDigest')
  source.set('app', { v2: { labels: ['AWSCURRENT'], value: 'kt_new' } })
  await clock.advance(1_000)
  await store.refresh()
  expect(keys.generation).toBe(2)
  expect(lookUp).not.toHaveBeenCalled()
})

test('part of C1: a read that changes nothing does not have every waiting key looked up', async () => {
  const { clock, source, digest, keys, store } = setup()
  const other = new KeySetStore({ ...STORE, secretId: 'other', source, parse: parseClientKey(digest), clock })
  keys.add('other', other)
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  source.broken.set('other', 'hang')
  await store.refresh()
  const unknown = new UnknownKeys({ keys, clock, missMs: 10_000, waitMs: 5_000 })
  const looks = ['kt_a', 'kt_b'].map((key) => unknown.lookAgain(key))
  await clock.advance(1_000)
  const lookUp = vi.spyOn(keys, 'findDigest')
  await clock.advance(1_000)
  await store.refresh()
  expect(source.calls.labels).toBeGreaterThan(3)
  expect(lookUp).not.toHaveBeenCalled()

  source.set('app', { v2: { labels: ['AWSCURRENT'], value: 'kt_c' } })
  await clock.advance(1_000)
  await store.refresh()
  expect(lookUp).toHaveBeenCalledTimes(2)
  await clock.advance(5_000)
  expect(await Promise.all(looks)).toEqual(['undecided', 'undecided'])
})

test('part of C1: wrong keys without end do not take more and more memory, and the one longest refused goes first', async () => {
  const { clock, source, keys, store } = setup()
  source.set('app', { v1: { labels: ['AWSCURRENT'], value: 'kt_now' } })
  await store.refresh()
  const unknown = new UnknownKeys({ keys, clock, missMs: 1e9, waitMs: 5_000 })
  const miss = async (...names: number[]): Promise<number> => {
    const reads = source.calls.labels
    const looks = names.map((name) => unknown.lookAgain(`kt_${name}`))
    await clock.advance(1_000)
    expect(new Set(await Promise.all(looks))).toEqual(new Set(['unknown']))
    return source.calls.labels - reads
  }
  await miss(...Array.from({ length: 10_000 }, (_, name) => name))
  expect(await miss(0)).toBe(0)
  expect(await miss(10_000)).toBe(1)

  expect(await miss(1, 9_999, 10_000)).toBe(0)
  expect(await miss(0)).toBe(1)
})
