import { expect, it } from 'vitest'
import { forEachBounded } from '../../../../lambdas/sweep/bounded.ts'

it('works on several at once, never on more than the bound, and on each once', async () => {
  const done: number[] = []
  let running = 0
  let most = 0
  await forEachBounded([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    done.push(item)
    running -= 1
  })
  expect(most).toBe(3)
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
  await forEachBounded([], 3, async () => expect.unreachable())
})
