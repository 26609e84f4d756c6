import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lanes } from '../../../../infra/stack/lanes.ts'

it('lets no more than its width run at once, and waits for nothing without need', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 60 }), (width, count) => {
      const next = lanes<{ after: readonly unknown[]; round: number }>(width)
      const rounds = new Map<number, number>()
      for (let index = 0; index < count; index++) {
        const { round } = next((after) => ({ after, round: 1 + Math.max(0, ...after.map((one) => one.round)) }))
        rounds.set(round, (rounds.get(round) ?? 0) + 1)
      }
      // Work of the same length runs in rounds: all are full but the last.
      expect(Math.max(0, ...rounds.values())).toBeLessThanOrEqual(width)
      expect(rounds.size).toBe(Math.ceil(count / width))
    }),
  )
})
