import { describe, expect, it } from 'vitest'
import { type Clock, HOUR, MINUTE, systemClock } from '../../core/clock.ts'
import { createMovableClock } from '../../local/cloud/clock.ts'
import { instantClock } from '../helpers/instant-clock.ts'
import { ManualClock } from '../helpers/proxy/manual-clock.ts'
import { ShiftedClock } from '../helpers/proxy/test-clock.ts'

interface Rig {
  readonly clock: Clock
  /** Lets so much time pass for whoever waits, where it does not pass by itself. */
  pass(ms: number): Promise<void>
  /** Whoever waits is woken at once. */
  readonly instant?: boolean
}

const byItself = async (): Promise<void> => undefined

/** Every clock that something of ours is given, shipped or in tests. */
const clocks: Readonly<Record<string, () => Rig>> = {
  'the system’s': () => ({ clock: systemClock, pass: byItself }),
  'one that a test shifts': () => {
    const clock = new ShiftedClock()
    clock.shift(2 * HOUR)
    return { clock, pass: byItself }
  },
  'one that a test moves': () => {
    const clock = new ManualClock()
    return { clock, pass: (ms) => clock.advance(ms) }
  },
  'one in which waiting takes no time': () => ({ clock: instantClock(), pass: byItself, instant: true }),
  'the local cloud’s': () => ({ clock: createMovableClock(), pass: byItself }),
}

/** A timer may be early by what its whole milliseconds leave out. */
const ROUNDING_MS = 1

describe.each(Object.entries(clocks))('Clock: %s', (_name, create) => {
  it('a sleeper wakes when its time has passed, on the monotonic clock, and not before', async () => {
    const { clock, pass } = create()
    const began = clock.monotonic()
    const slept = clock.sleep(20).then(() => clock.monotonic() - began)
    await pass(20)

    expect(await slept).toBeGreaterThanOrEqual(20 - ROUNDING_MS)
  })

  it('time that has passed has passed on the wall too', async () => {
    const { clock, pass } = create()
    const began = clock.now().getTime()
    const slept = clock.sleep(20).then(() => clock.now().getTime() - began)
    await pass(20)

    expect(await slept).toBeGreaterThanOrEqual(20 - 2 * ROUNDING_MS)
  })

  it('of two sleepers the one that has less to wait wakes first, where waiting takes time', async () => {
    const { clock, pass, instant = false } = create()
    const woken: string[] = []
    const both = [40, 10].map((ms) => clock.sleep(ms).then(() => woken.push(`${ms} ms`)))
    await pass(40)
    await Promise.all(both)

    expect(woken).toEqual(instant ? ['40 ms', '10 ms'] : ['10 ms', '40 ms'])
  })

  it('the monotonic clock never goes back', async () => {
    const { clock, pass } = create()
    let last = clock.monotonic()
    for (let step = 0; step < 20; step += 1) {
      await pass(1)
      expect(clock.monotonic()).toBeGreaterThanOrEqual(last)
      last = clock.monotonic()
    }
  })

  it('a sleep whose signal aborts rejects at once with the signal’s reason', async () => {
    const { clock } = create()
    const over = new AbortController()
    const reason = new Error('the drain is over')
    const slept = clock.sleep(MINUTE, over.signal)
    over.abort(reason)

    await expect(slept).rejects.toBe(reason)
  })

  it('a sleep whose signal has aborted before rejects with the signal’s reason', async () => {
    const { clock } = create()
    const reason = new Error('too late')

    await expect(clock.sleep(MINUTE, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it('a sleep that is over is not disturbed by its signal', async () => {
    const { clock, pass } = create()
    const over = new AbortController()
    const slept = clock.sleep(1, over.signal)
    await pass(1)
    await slept
    over.abort(new Error('later'))

    await expect(slept).resolves.toBeUndefined()
  })

  it('what now() gives is the caller’s own', () => {
    const { clock } = create()
    const before = clock.now().getTime()
    clock.now().setUTCFullYear(1999)

    expect(clock.now().getTime()).toBeGreaterThanOrEqual(before)
  })
})
