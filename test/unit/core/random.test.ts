import { expect, it } from 'vitest'
import { jitter, type Random, systemRandom } from '../../../core/random.ts'

it('the system’s randomness is of the length asked for, below the bound, and not the same twice', () => {
  expect(systemRandom.bytes(32)).toHaveLength(32)
  expect(systemRandom.bytes(32)).not.toEqual(systemRandom.bytes(32))
  const drawn = Array.from({ length: 200 }, () => systemRandom.int(4))
  expect(new Set(drawn)).toEqual(new Set([0, 1, 2, 3]))
  expect(systemRandom.uuid()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(systemRandom.uuid()).not.toBe(systemRandom.uuid())
})

it.each([
  [0, 0.9],
  [250_000, 0.95],
  [500_000, 1],
  [1_000_000, 1.1],
])('a jitter of a tenth is, for %i of a million, %d', (drawn, multiplier) => {
  const random: Random = { ...systemRandom, int: (below) => drawn * (below / 1_000_000) }
  expect(jitter(random, 0.1)).toBeCloseTo(multiplier, 9)
})
