import { expect, test } from 'vitest'
import { EndedKeys } from '../../../../proxy/keys/ended-keys.ts'
import { ManualClock } from '../../../helpers/proxy/manual-clock.ts'

const digestOf = (index: number) => Buffer.from(String(index).padStart(32, '0'))
const nameOf = (index: number) => digestOf(index).toString('base64')
const retired = (index: number) => ({ versionId: `v${index}`, state: 'retired' as const, key: digestOf(index) })

test('C19: a key is remembered for the set time after it was last confirmed, and no longer', async () => {
  const clock = new ManualClock()
  const keys = new EndedKeys(clock, 10_000)
  keys.note('app', retired(1))
  await clock.advance(6_000)
  keys.note('app', retired(1))
  keys.note('app', retired(2))

  await clock.advance(9_999)
  expect(keys.find(nameOf(1))).toMatchObject({ client: 'app', versionId: 'v1', state: 'retired' })
  await clock.advance(1)
  expect(keys.find(nameOf(1))).toBeUndefined()
  expect(keys.find(nameOf(2))).toBeUndefined()
})

test('C19: a key that is confirmed again does not keep others that are not', async () => {
  const clock = new ManualClock()
  const keys = new EndedKeys(clock, 10_000)
  keys.note('app', retired(1))
  keys.note('app', retired(2))
  await clock.advance(6_000)
  keys.note('app', retired(1))
  await clock.advance(4_000)

  expect(keys.find(nameOf(1))).toBeDefined()
  expect(keys.find(nameOf(2))).toBeUndefined()
})

test('C19: many keys do not take more and more memory, and the oldest goes first', () => {
  const keys = new EndedKeys(new ManualClock(), 10_000)
  for (let index = 0; index < 10_001; index += 1) keys.note('app', retired(index))

  expect(keys.find(nameOf(0))).toBeUndefined()
  expect(keys.find(nameOf(1))).toBeDefined()
})

test('C19: with a time of zero nothing is remembered', () => {
  const keys = new EndedKeys(new ManualClock(), 0)
  keys.note('app', retired(1))

  expect(keys.find(nameOf(1))).toBeUndefined()
})

test('C19: the earliest moment known counts', () => {
  const keys = new EndedKeys(new ManualClock(), 10_000)
  const [early, late] = [new Date('2026-11-22T11:00:00Z'), new Date('2026-11-22T12:00:00Z')]
  for (const since of [late, early, late]) keys.note('app', { ...retired(1), since })
  keys.note('app', retired(1))

  expect(keys.find(nameOf(1))?.since).toEqual(early)
})
