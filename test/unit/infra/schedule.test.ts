import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../../core/clock.ts'
import { parseSchedule } from '../../../infra/config/schedule.ts'

describe('schedules (A13)', () => {
  it.each([
    ['rate(4 hours)', 4 * HOUR, 4],
    ['rate(10 hours)', 10 * HOUR, 2],
    ['rate(36 hours)', 36 * HOUR, 12],
    ['rate(1 day)', DAY, 24],
    ['rate(999 days)', 999 * DAY, 24],
    ['cron(0 8 ? * MON *)', 7 * DAY, 16],
    ['cron(0 8 ? * 2,4 *)', 2 * DAY, 16],
    ['cron(0 4/12 * * ? *)', 12 * HOUR, 8],
    ['cron(0 0,6,20 * * ? *)', 4 * HOUR, 4],
    ['cron(0 3 1 * ? *)', 28 * DAY, 21],
    ['cron(0 3 L * ? *)', 28 * DAY, 21],
    ['cron(0 16 ? 1/3 SUN#1 *)', 84 * DAY, 8],
    ['cron(0 0 1,31 * ? *)', DAY, 24],
  ])('%s leaves its shortest interval and its longest window', (expression, shortestIntervalMs, longestWindowHours) => {
    expect(parseSchedule(expression)).toEqual({ expression, shortestIntervalMs, longestWindowHours })
  })

  it.each([
    ['rate(3 hours)', 'minimum is 4 h'],
    ['rate(1 hour)', 'minimum is 4 h'],
    ['rate(1000 days)', 'longer than 999 days'],
    ['rate(0 days)', 'not a schedule'],
    ['rate(2 weeks)', 'not a schedule'],
    ['every monday', 'not a schedule'],
    ['', 'not a schedule'],
    ['cron(30 8 ? * MON *)', 'not a schedule'],
    ['cron(0 8 ? * MON 2027)', 'not a schedule'],
    ['cron(0 8 * * MON *)', 'exactly one of its day fields'],
    ['cron(0 8 ? * ? *)', 'exactly one of its day fields'],
    ['cron(0 25 * * ? *)', 'not a schedule'],
    ['cron(0 8 30 2 ? *)', 'never comes twice'],
    ['cron(0 8,9 * * ? *)', 'minimum is 4 h'],
    ['cron(0 2,23 * * ? *)', 'minimum is 4 h'],
  ])('%s is refused: %s', (expression, why) => {
    expect(() => parseSchedule(expression)).toThrow(
      expect.objectContaining({ code: 'schedule-invalid', message: expect.stringContaining(why) }),
    )
    expect(() => parseSchedule(expression)).toThrow(/Allowed: "rate\(4 hours\)"/)
  })

  it('finds the longest window of every rate that a walk over its openings finds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 400 }), (hours) => {
        const openings = Array.from({ length: 200 }, (_, index) => (index * hours) % 24)
        const walked = Math.min(hours, ...openings.map((opening) => 24 - opening))
        expect(parseSchedule(`rate(${hours} hours)`).longestWindowHours).toBe(walked)
      }),
    )
  })

  it('finds the shortest interval and the longest window of every daily list of hours', () => {
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(hours, (list) => {
        const sorted = [...list].sort((one, other) => one - other)
        const gaps = sorted.map((hour, index) => (sorted[index + 1] ?? (sorted[0] ?? 0) + 24) - hour)
        const shortest = Math.min(...gaps)
        const expression = `cron(0 ${list.join()} * * ? *)`
        if (shortest < 4) {
          expect(() => parseSchedule(expression)).toThrow(/minimum is 4 h/)
          return
        }
        expect(parseSchedule(expression)).toMatchObject({
          shortestIntervalMs: shortest * HOUR,
          longestWindowHours: Math.min(shortest, 24 - (sorted.at(-1) ?? 0)),
        })
      }),
      { numRuns: 40 },
    )
  })
})
