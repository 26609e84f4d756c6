import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, HOUR, SECOND } from '../../../../../../core/clock.ts'
import {
  checkRules,
  nextOpening,
  windowEnd,
} from '../../../../../../local/cloud/services/secrets-manager/rotation/schedule.ts'

const moment = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2030-01-01T00:00:00Z'),
  noInvalidDate: true,
})

test('E: hour rates open a whole interval later, for one hour unless told otherwise', () => {
  fc.assert(
    fc.property(moment, fc.integer({ min: 4, max: 999 }), (after, hours) => {
      const rules = { ScheduleExpression: `rate(${hours} hours)` }
      checkRules(rules, after)
      const opening = nextOpening(rules, after)
      expect(opening?.getTime()).toBe(after.getTime() + hours * HOUR)
      expect(windowEnd(rules, opening?.toISOString() ?? '').getTime()).toBe((opening?.getTime() ?? 0) + HOUR - SECOND)
    }),
  )
})

test('E: day rates open at midnight UTC and stay open until the end of that day', () => {
  fc.assert(
    fc.property(moment, fc.integer({ min: 2, max: 999 }), (after, days) => {
      for (const rules of [{ ScheduleExpression: `rate(${days} days)` }, { AutomaticallyAfterDays: days }]) {
        checkRules(rules, after)
        const opening = nextOpening(rules, after)?.getTime() ?? 0
        expect(opening % DAY).toBe(0)
        expect(opening - after.getTime()).toBeGreaterThan((days - 1) * DAY)
        expect(windowEnd(rules, new Date(opening).toISOString()).getTime()).toBe(opening + DAY - SECOND)
      }
    }),
  )
})

test('E: cron windows open at the hour named, and one of several a day lasts an hour', () => {
  const after = new Date('2026-11-22T10:00:00Z')
  const twice = { ScheduleExpression: 'cron(0 8,20 ? * SUN-MON *)' }
  checkRules(twice, after)

  expect(nextOpening(twice, after)).toEqual(new Date('2026-11-22T20:00:00Z'))
  expect(windowEnd(twice, '2026-11-22T20:00:00Z')).toEqual(new Date('2026-11-22T20:59:59Z'))
  const monthly = { ScheduleExpression: 'cron(0 8 1 * ? *)' }
  expect(nextOpening(monthly, after)).toEqual(new Date('2026-12-01T08:00:00Z'))
  expect(windowEnd(monthly, '2026-12-01T08:00:00Z')).toEqual(new Date('2026-12-01T23:59:59Z'))
})

test('E: without a schedule there is no next window', () => {
  expect(nextOpening({}, new Date('2026-11-22T10:00:00Z'))).toBeUndefined()
})
