import { describe, expect, it } from 'vitest'
import { nextOccurrence } from '../../../../local/cloud/schedule-expression.ts'

const NOW = new Date('2026-11-22T03:30:00Z') // a Sunday
const next = (expression: string, options = {}) => nextOccurrence(expression, NOW, options)?.toISOString()

describe('a schedule expression (A4, A5)', () => {
  it.each([
    ['rate(5 minutes)', '2026-11-22T03:35:00.000Z'],
    ['rate(1 hour)', '2026-11-22T04:30:00.000Z'],
    ['rate(30 days)', '2026-12-22T03:30:00.000Z'],
    ['cron(0 3 * * ? *)', '2026-11-23T03:00:00.000Z'],
    ['cron(30 3 * * ? *)', '2026-11-23T03:30:00.000Z'],
    ['cron(0/10 * ? * MON-FRI *)', '2026-11-23T00:00:00.000Z'],
    ['cron(15 10 ? * 1 *)', '2026-11-22T10:15:00.000Z'],
    ['cron(15 10 ? * 6L *)', '2026-11-27T10:15:00.000Z'],
    ['cron(0 10 ? * MON#1 *)', '2026-12-07T10:00:00.000Z'],
    ['cron(0 8 L * ? *)', '2026-11-30T08:00:00.000Z'],
    ['cron(0 8 15W * ? *)', '2026-12-15T08:00:00.000Z'],
    ['cron(0 8 1 1 ? 2028)', '2028-01-01T08:00:00.000Z'],
    ['at(2026-11-23T10:00:00)', '2026-11-23T10:00:00.000Z'],
  ])('%s fires next at %s', (expression, expected) => {
    expect(next(expression)).toBe(expected)
  })

  it('fires no more once its moment or its last year has passed', () => {
    expect(next('at(2026-11-22T03:30:00)')).toBeUndefined()
    expect(next('cron(0 8 1 1 ? 2025)')).toBeUndefined()
  })

  it('reads cron and at in the time zone it is given', () => {
    expect(next('cron(0 3 * * ? *)', { timezone: 'America/New_York' })).toBe('2026-11-22T08:00:00.000Z')
    expect(next('at(2026-11-23T10:00:00)', { timezone: 'Europe/Berlin' })).toBe('2026-11-23T09:00:00.000Z')
  })

  it.each([
    'every day',
    'rate(0 days)',
    'rate(1 days)',
    'rate(2 day)',
    'rate(5 seconds)',
    'rate(1.5 hours)',
    'cron(0 3 * * *)',
    'cron(0 3 * * * *)',
    'cron(0 3 ? * ? *)',
    'cron(? 3 * * ? *)',
    'cron(61 3 * * ? *)',
    'cron(0 3 * * ? *) ',
    'at(tomorrow)',
    'at(2026-13-45T10:00:00)',
  ])('refuses %j and names the allowed forms', (expression) => {
    expect(() => next(expression)).toThrow(/Allowed: rate\(N minutes\|hours\|days\), cron\(/)
  })

  it('refuses an unknown time zone', () => {
    expect(() => next('cron(0 3 * * ? *)', { timezone: 'Mars/Olympus' })).toThrow(/time zone Mars\/Olympus/)
  })
})
