import { expect, test } from 'vitest'
import { KeyturnError } from '../../../../core/errors.ts'
import { type EndedVersion, EndedVersions } from '../../../../proxy/keys/ended-versions.ts'
import type { EndedLabel, KeyVersion } from '../../../../proxy/keys/load-key-set.ts'
import { ManualClock, settle } from '../../../helpers/proxy/manual-clock.ts'
import { MemorySource } from '../../../helpers/proxy/memory-source.ts'

function setup() {
  const clock = new ManualClock('2026-11-22T10:00:00Z')
  const source = new MemorySource()
  source.set('app', Object.fromEntries([1, 2, 3].map((n) => [`v${n}`, { labels: [], value: `key-${n}` }])))
  const told: EndedVersion<string>[][] = []
  const parse = (value: { reveal(): string }): string => {
    if (value.reveal() === 'BAD') throw new KeyturnError('key-malformed', 'It is no key.')
    return value.reveal()
  }
  const options = { secretId: 'app', source, parse, clock, timeoutMs: 10_000 }
  const ended = new EndedVersions<string>(options, (versions) => told.push([...versions]))
  const update = async (...args: Parameters<typeof ended.update>): Promise<EndedVersion<string>[][]> => {
    told.length = 0
    ended.update(...args)
    await settle()
    return [...told]
  }
  return { clock, source, update }
}

const alive = (number: number, deadline?: string): KeyVersion<string> => ({
  versionId: `v${number}`,
  key: `key-${number}`,
  state: deadline === undefined ? 'current' : 'grace',
  ...(deadline !== undefined && { deadline: new Date(deadline) }),
})
const retired = (number: number): EndedLabel => ({ versionId: `v${number}`, state: 'retired' })
const expired = (number: number, since: string): EndedLabel => ({
  versionId: `v${number}`,
  state: 'expired',
  since: new Date(since),
})
const NOW = new Date('2026-11-22T10:00:00Z')

test('while all versions live on, nothing is told and nothing is read', async () => {
  const { source, update } = setup()

  expect(await update([alive(1)], [alive(1), alive(2)], [])).toEqual([])
  expect(source.calls.value).toBe(0)
})

test('a version that leaves without a label is over since now, or since its deadline if that was before', async () => {
  const { update } = setup()
  const before = [alive(1), alive(2, '2026-11-22T09:00:00Z'), alive(3, '2026-11-22T11:00:00Z')]

  expect(await update(before, [], [])).toEqual([
    [
      { versionId: 'v1', state: 'retired', since: NOW, key: 'key-1' },
      { versionId: 'v2', state: 'retired', since: new Date('2026-11-22T09:00:00Z'), key: 'key-2' },
      { versionId: 'v3', state: 'retired', since: NOW, key: 'key-3' },
    ],
  ])
})

test('one that leaves with a label is what the label says, each time it is shown, without being read', async () => {
  const { source, update } = setup()
  const label = expired(1, '2026-11-22T09:30:00Z')
  const told = { ...label, key: 'key-1' }

  expect((await update([alive(1)], [], [label])).flat()).toEqual([told, told])
  expect(await update([], [], [label])).toEqual([[told]])
  expect(source.calls.value).toBe(0)
})

test('one whose label goes is retired, once', async () => {
  const { update } = setup()
  await update([alive(1)], [], [expired(1, '2026-11-22T09:30:00Z')])

  expect(await update([], [], [])).toEqual([[{ versionId: 'v1', state: 'retired', key: 'key-1' }]])
  expect(await update([], [], [])).toEqual([])
})

test('one that is accepted again is not told as over', async () => {
  const { update } = setup()
  await update([alive(1)], [], [retired(1)])

  expect(await update([], [alive(1)], [])).toEqual([])
})

test('labels of versions that were never held are read, each once', async () => {
  const { source, update } = setup()

  expect(await update([], [], [retired(1), retired(2)])).toEqual([
    [{ ...retired(1), key: 'key-1' }],
    [{ ...retired(2), key: 'key-2' }],
  ])
  expect(await update([], [], [retired(1), retired(2)])).toEqual([
    [
      { ...retired(1), key: 'key-1' },
      { ...retired(2), key: 'key-2' },
    ],
  ])
  expect(source.calls.value).toBe(2)
})

test('what cannot be read now is read after the next load, what holds no key is not asked for again', async () => {
  const { source, update } = setup()
  source.set('app', { v1: { labels: [], value: 'key-1' }, v2: { labels: [], value: 'BAD' }, v3: { labels: [] } })
  source.broken.set('app/v1', new KeyturnError('secret-source-unavailable', 'Throttled.'))
  const labels = [retired(1), retired(2), retired(3)]
  expect(await update([], [], labels)).toEqual([])
  expect(source.calls.value).toBe(3)

  source.broken.clear()
  expect(await update([], [], labels)).toEqual([[{ ...retired(1), key: 'key-1' }]])
  expect(source.calls.value).toBe(4)
  expect((await update([], [], [])).flat()).toEqual([{ ...retired(1), key: 'key-1' }])
})

test('loads that come while old versions are being read do not read them twice, and a hanging one ends', async () => {
  const { clock, source, update } = setup()
  source.broken.set('app/v1', 'hang')
  await update([], [], [retired(1), retired(2)])
  await update([], [], [retired(1), retired(2)])
  expect(source.calls.value).toBe(1)

  await clock.advance(10_000)
  expect(source.calls.value).toBe(2)
  source.broken.clear()
  expect((await update([], [], [retired(1), retired(2)])).flat()).toEqual([
    { ...retired(2), key: 'key-2' },
    { ...retired(1), key: 'key-1' },
  ])
})
