import { expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND, systemClock } from '../../../core/clock.ts'

it('units are milliseconds', () => {
  expect([SECOND, MINUTE, HOUR, DAY]).toEqual([1_000, 60_000, 3_600_000, 86_400_000])
})

it('the system’s clock goes on, and waits at least as long as asked', async () => {
  const before = systemClock.monotonic()
  await systemClock.sleep(20)
  const waited = systemClock.monotonic() - before
  expect(waited).toBeGreaterThanOrEqual(19)
  expect(systemClock.now().getTime()).toBeGreaterThan(Date.parse('2026-01-01'))
})
