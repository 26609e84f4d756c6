import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemRandom } from '../../../../core/random.ts'
import type { RefreshOutcome } from '../../../../proxy/keys/key-set-store.ts'
import { poll } from '../../../../proxy/keys/poll.ts'
import { ManualClock } from '../../../helpers/proxy/manual-clock.ts'

/** No jitter: the middle of every range. */
const evenly = { ...systemRandom, int: (below: number) => below / 2 }

async function run(outcomes: RefreshOutcome['result'][], ms: number, random = evenly): Promise<number[]> {
  const clock = new ManualClock()
  const over = new AbortController()
  const at: number[] = []
  const refresh = async (): Promise<RefreshOutcome> => {
    at.push(clock.monotonic())
    return { result: outcomes[at.length - 1] ?? 'loaded', faults: [] }
  }
  const done = poll({ refresh, refreshMs: 30_000, clock, random, signal: over.signal, onOutcome: () => undefined })
  await clock.advance(ms)
  over.abort()
  await done
  return at
}

test('part of C1: polls at the set interval', async () => {
  expect(await run([], 90_000)).toEqual([0, 30_000, 60_000, 90_000])
})

test('part of C1: after failures it polls sooner, then ever later up to the interval, and as planned after success', async () => {
  const failed = Array<'failed'>(7).fill('failed')

  expect(await run(failed, 122_000)).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000, 121_000])
})

test('part of C1: each outcome is told, whatever it is', async () => {
  const clock = new ManualClock()
  const over = new AbortController()
  const results: RefreshOutcome['result'][] = ['loaded', 'failed', 'gone', 'partial']
  const told: RefreshOutcome['result'][] = []
  const refresh = async (): Promise<RefreshOutcome> => ({ result: results[told.length] ?? 'loaded', faults: [] })
  const onOutcome = ({ result }: RefreshOutcome) => told.push(result)
  const done = poll({ refresh, refreshMs: 1_000, clock, random: evenly, signal: over.signal, onOutcome })
  await clock.advance(3_000)
  over.abort()
  await done

  expect(told).toEqual(results)
})

test('part of C1: a partial set is completed soon', async () => {
  expect(await run(['partial', 'loaded'], 1_000)).toEqual([0, 1_000])
})

test('part of C1: each wait is jittered by a tenth at most', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 999_999 }), async (draw) => {
      const [, second = 0] = await run([], 33_000, { ...systemRandom, int: () => draw })
      expect(second).toBeGreaterThanOrEqual(27_000)
      expect(second).toBeLessThanOrEqual(33_000)
    }),
    { numRuns: 20 },
  )
})
