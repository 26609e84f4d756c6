import { Cron } from 'croner'
import { DAY, HOUR, MINUTE } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'

export interface ScheduleOptions {
  /** IANA name, for cron() and at(); UTC unless given. */
  timezone?: string
}

const UNITS: Readonly<Record<string, number>> = { minute: MINUTE, hour: HOUR, day: DAY }

/**
 * When a schedule next fires, strictly after `after`: `rate(5 minutes)` counts from `after`, `cron(0 3 * * ? *)` is
 * AWS's six-field form (minutes, hours, day of month, month, day of week 1-7 from Sunday, year) and
 * `at(2026-11-23T10:00:00)` fires once.
 * @returns undefined when it fires no more
 * @throws KeyturnError `schedule-expression-invalid`, with the allowed forms
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function nextOccurrence(expression: string, after: Date, options: ScheduleOptions = {}): Date | undefined {
  const [, kind, body = ''] = /^(rate|cron|at)\(([^()]*)\)$/.exec(expression) ?? []
  if (kind === 'rate') return new Date(after.getTime() + rateMs(body, expression))
  if (kind === 'cron') return nextCron(body, expression, after, options)
  if (kind === 'at') return nextAt(body, expression, after, options)
  throw invalid(expression, 'is not a schedule')
}

function rateMs(body: string, expression: string): number {
  const [, value, unit = ''] = /^([1-9]\d{0,5}) (minute|hour|day)s?$/.exec(body) ?? []
  const size = UNITS[unit]
  if (value === undefined || size === undefined) throw invalid(expression, 'has no valid rate')
  if ((value === '1') === body.endsWith('s')) {
    throw invalid(expression, 'mixes number and unit: 1 takes the singular, everything else the plural')
  }
  return Number(value) * size
}

function nextCron(body: string, expression: string, after: Date, { timezone }: ScheduleOptions): Date | undefined {
  const fields = body.trim().split(/\s+/)
  if (fields.length !== 6) throw invalid(expression, `has ${fields.length} cron fields where AWS takes six`)
  const [, , dayOfMonth, , dayOfWeek] = fields
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw invalid(expression, 'needs a ? in exactly one of day-of-month and day-of-week')
  }
  if (body.includes('?') && [0, 1, 3, 5].some((index) => fields[index]?.includes('?'))) {
    throw invalid(expression, 'has a ? where only day-of-month and day-of-week may have one')
  }
  return runs(`0 ${fields.join(' ')}`, expression, after, timezone)
}

function nextAt(body: string, expression: string, after: Date, { timezone }: ScheduleOptions): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(body)) throw invalid(expression, 'has no valid moment')
  return runs(body, expression, after, timezone)
}

/** croner reads both AWS's cron fields (with seconds in front) and a single local moment. */
function runs(pattern: string, expression: string, after: Date, timezone = 'UTC'): Date | undefined {
  try {
    const options = { mode: '7-part', alternativeWeekdays: true, sloppyRanges: true, paused: true } as const
    return new Cron(pattern, { ...options, timezone }).nextRun(after) ?? undefined
  } catch (error) {
    throw invalid(expression, `cannot be read${timezone === 'UTC' ? '' : ` in the time zone ${timezone}`}`, error)
  }
}

function invalid(expression: string, why: string, cause?: unknown): Error {
  return new KeyturnError(
    'schedule-expression-invalid',
    `Schedule ${JSON.stringify(expression)} ${why}. Allowed: rate(N minutes|hours|days), ` +
      'cron(minutes hours day-of-month month day-of-week year) with ? in one of the two day fields, ' +
      'or at(yyyy-mm-ddThh:mm:ss).',
    cause,
  )
}
