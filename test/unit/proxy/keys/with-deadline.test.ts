import { expect, test } from 'vitest'
import { withDeadline } from '../../../../proxy/keys/with-deadline.ts'
import { ManualClock, settle } from '../../../helpers/proxy/manual-clock.ts'

const late = () => new Error('too late')

test('work that ends in time gives its result or its error, and nobody waits on', async () => {
  const clock = new ManualClock()
  expect(await withDeadline(clock, 1_000, late, async () => 'done')).toBe('done')
  const failure = new Error('refused')
  await expect(withDeadline(clock, 1_000, late, () => Promise.reject(failure))).rejects.toBe(failure)

  expect(clock.sleeping).toBe(0)
})

test('work that takes too long is given up at its deadline, and told so', async () => {
  const clock = new ManualClock()
  let told: AbortSignal | undefined
  const given = withDeadline(clock, 1_000, late, (signal) => {
    told = signal
    return new Promise(() => undefined)
  })
  const outcome = expect(given).rejects.toThrow('too late')
  await clock.advance(999)
  expect(told?.aborted).toBe(false)
  await clock.advance(1)

  await outcome
  expect(told?.aborted).toBe(true)
})

test('what work that was given up fails with later disturbs nobody', async () => {
  const clock = new ManualClock()
  const { promise, reject } = Promise.withResolvers<never>()
  const given = withDeadline(clock, 1_000, late, () => promise)
  const outcome = expect(given).rejects.toThrow('too late')
  await clock.advance(1_000)
  await outcome
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  reject(new Error('reset by peer'))
  await settle()
  process.off('unhandledRejection', note)

  expect(unhandled).toEqual([])
})
