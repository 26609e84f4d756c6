import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../../../core/clock.ts'
import { createMovableClock } from '../../../../local/cloud/clock.ts'

const start = new Date('2026-11-22T10:00:00Z')
const frozen = () => createMovableClock({ start, frozen: true })
const after = (ms: number): Date => new Date(start.getTime() + ms)

test('timers on the way fire in order of time, each at its own moment', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 1_000 })),
      fc.integer({ min: 0, max: 1_000 }),
      async (dues, by) => {
        const clock = frozen()
        const fired: [number, number][] = []
        for (const due of dues) clock.at(after(due), () => fired.push([due, clock.now().getTime() - start.getTime()]))

        await clock.advance(by)

        expect(fired).toEqual(
          dues
            .filter((due) => due <= by)
            .sort((one, other) => one - other)
            .map((due) => [due, due]),
        )
        expect(clock.now()).toEqual(after(by))
      },
    ),
  )
})

test('a timer set by a timer fires in the same move when it is due', async () => {
  const clock = frozen()
  const seen: string[] = []
  clock.at(after(HOUR), () => {
    seen.push('first')
    clock.at(after(2 * HOUR), () => seen.push('second'))
    clock.at(after(4 * HOUR), () => seen.push('too late'))
  })

  await clock.advance(3 * HOUR)

  expect(seen).toEqual(['first', 'second'])
})

test('a move waits for the work of each timer, for held work and for its listeners', async () => {
  const clock = frozen()
  const seen: string[] = []
  const later = (what: string) => new Promise<void>((resolve) => setImmediate(() => resolve(void seen.push(what))))
  clock.onMove(({ frozenAt }) => later(`moved ${frozenAt?.toISOString()}`))
  clock.at(after(MINUTE), () => later('timer'))
  clock.at(after(MINUTE), () => clock.hold(later('held')))
  clock.at(after(2 * MINUTE), () => seen.push('next'))

  await clock.advance(2 * MINUTE)

  expect(seen).toEqual(['moved 2026-11-22T10:01:00.000Z', 'timer', 'held', 'moved 2026-11-22T10:02:00.000Z', 'next'])
})

test('a cancelled timer and one set on a stopped clock never fire; a failing one stops nothing', async () => {
  const errors: unknown[] = []
  const clock = createMovableClock({ start, frozen: true, onError: (error) => errors.push(error) })
  const seen: string[] = []
  clock.at(after(1), () => seen.push('cancelled')).cancel()
  clock.at(after(2), () => {
    throw new Error('broken')
  })
  clock.at(after(3), () => seen.push('kept'))
  await clock.advance(10)
  clock.stop()
  clock.at(after(20), () => seen.push('stopped'))
  await clock.advance(100)

  expect(seen).toEqual(['kept'])
  expect(errors).toEqual([new Error('broken')])
})

test('sleep ends when time is moved past it, and at once when its signal aborts', async () => {
  const clock = frozen()
  const abort = new AbortController()
  const slept = clock.sleep(5 * SECOND)
  const aborted = clock.sleep(HOUR, abort.signal)
  abort.abort(new Error('enough'))

  await expect(aborted).rejects.toThrow('enough')
  await clock.advance(5 * SECOND)
  await expect(slept).resolves.toBeUndefined()
})

test('time that is not frozen passes by itself, fires timers, and keeps its offset', async () => {
  const clock = createMovableClock({ start })
  const fired = new Promise<Date>((resolve) => clock.at(after(30), () => resolve(clock.now())))

  expect((await fired).getTime()).toBeGreaterThanOrEqual(start.getTime() + 30)
  const before = clock.offsetMs
  await clock.advance(HOUR)
  expect(clock.offsetMs - before).toBeGreaterThan(HOUR - SECOND)
  clock.stop()
})

test('moves are made one after the other, and never backwards', async () => {
  const clock = frozen()
  await Promise.all([clock.advance(HOUR), clock.advance(HOUR)])

  expect(clock.now()).toEqual(after(2 * HOUR))
  await expect(clock.set(start)).rejects.toMatchObject({ code: 'clock-backwards' })
  await expect(clock.advance(-1)).rejects.toMatchObject({ code: 'clock-backwards' })
})
