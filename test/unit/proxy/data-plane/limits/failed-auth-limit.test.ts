import { expect, test } from 'vitest'
import { FailedAuthLimit } from '../../../../../proxy/data-plane/limits/failed-auth-limit.ts'
import { ManualClock } from '../../../../helpers/proxy/manual-clock.ts'

test('part of C15: an address has so many failures a minute, which come back evenly', async () => {
  const clock = new ManualClock()
  const limit = new FailedAuthLimit(60, clock)
  const fails = (times: number) => Array.from({ length: times }, () => limit.fail('10.0.0.1')).filter(Boolean).length

  expect(fails(70)).toBe(60)
  expect(limit.fail('10.0.0.2')).toBe(true)
  await clock.advance(2_000)
  expect(fails(5)).toBe(2)
})

test.each([
  ['2001:db8::1', '2001:db8::ffff', true],
  ['2001:db8:0:0:1::1', '2001:db8::2:0:0:1', true],
  ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
  ['::ffff:10.0.0.1', '10.0.0.1', true],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.2', false],
  ['fe80::1%eth0', 'fe80::2%eth1', true],
])('part of C15: %s and %s share one budget: %s', (one, other, shared) => {
  const limit = new FailedAuthLimit(1, new ManualClock())
  limit.fail(one)

  expect(limit.fail(other)).toBe(!shared)
})

test('part of C15: many addresses do not take more and more memory, and the oldest goes first', () => {
  const limit = new FailedAuthLimit(1, new ManualClock())
  for (let index = 0; index < 10_001; index += 1) limit.fail(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`)

  expect(limit.fail('10.0.39.16')).toBe(false)
  expect(limit.fail('10.0.0.0')).toBe(true)
})
