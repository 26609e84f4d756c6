import { Cron } from 'croner'
import { DAY, HOUR } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'

/** When rotations may happen, in Secrets Manager's grammar. */
export interface Schedule {
  readonly expression: string
  /** Milliseconds between the openings of the two windows that lie closest together. */
  readonly shortestIntervalMs: number
  /** The longest window, in hours, that stays inside its UTC day and ends before the next one opens. */
  readonly longestWindowHours: number
}

export const ALLOWED_SCHEDULE =
  '"rate(4 hours)" to "rate(999 days)", or "cron(0 <hour> <day-of-month> <month> <day-of-week> *)" with "?" in one of the two day fields'

/** Secrets Manager rotates no more often. */
export const MIN_INTERVAL_HOURS = 4
const MAX_INTERVAL_DAYS = 999

/**
 * Reads a rotation schedule as Secrets Manager does: UTC, windows that open on the hour, rates that count from
 * midnight. https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 * @throws KeyturnError `schedule-invalid` (needs-human) for another form, or for rotations under four hours apart
 */
export function parseSchedule(expression: string): Schedule {
  const known = parsed.get(expression)
  if (known) return known
  const schedule = parseRate(expression) ?? parseCron(expression)
  if (schedule === undefined) throw invalid(expression, 'is not a schedule')
  if (schedule.shortestIntervalMs < MIN_INTERVAL_HOURS * HOUR) {
    throw invalid(
      expression,
      `rotates after ${schedule.shortestIntervalMs / HOUR} h; the minimum is ${MIN_INTERVAL_HOURS} h`,
    )
  }
  parsed.set(expression, schedule)
  return schedule
}

/**
 * When the first window after a moment opens: for a rate in days at midnight UTC, for one in hours a whole interval
 * later, for a cron expression at its next hour. `after` is, for a rate, the opening before, or the moment from which
 * it counts: that of its first configuration, of a rotation by hand or of a value put by hand.
 * @returns undefined when there is none
 * @throws KeyturnError `schedule-invalid` (needs-human)
 */
export function nextOpening(expression: string, after: Date): Date | undefined {
  const pattern = cronPattern(expression)
  if (pattern !== undefined) return cronOf(pattern).nextRun(after) ?? undefined
  const { shortestIntervalMs } = parseSchedule(expression)
  const midnight = after.getTime() - (after.getTime() % DAY)
  return new Date((/ days?\)$/.test(expression) ? midnight : after.getTime()) + shortestIntervalMs)
}

/** Looking openings up takes tens of milliseconds, and every check asks again. */
const parsed = new Map<string, Schedule>()

function parseRate(expression: string): Schedule | undefined {
  const match = /^rate\(([1-9]\d{0,4}) (hour|day)s?\)$/.exec(expression)
  if (!match) return undefined
  const hours = Number(match[1]) * (match[2] === 'day' ? 24 : 1)
  if (hours > MAX_INTERVAL_DAYS * 24) throw invalid(expression, `is longer than ${MAX_INTERVAL_DAYS} days`)
  // Windows open at every multiple of `hours` since a midnight, so, day by day, at every multiple of the divisor.
  return { expression, shortestIntervalMs: hours * HOUR, longestWindowHours: greatestCommonDivisor(hours, 24) }
}

function parseCron(expression: string): Schedule | undefined {
  const pattern = cronPattern(expression)
  if (pattern === undefined) return undefined
  const openings = occurrences(expression, pattern)
  const gaps = openings.slice(1).map((opening, index) => opening - (openings[index] ?? 0))
  const shortestIntervalMs = Math.min(...gaps)
  const latestHour = Math.max(...openings.map((opening) => new Date(opening).getUTCHours()))
  return {
    expression,
    shortestIntervalMs,
    longestWindowHours: Math.min(24 - latestHour, Math.floor(shortestIntervalMs / HOUR)),
  }
}

/** Secrets Manager's six fields as croner takes them; undefined for what is no cron expression. */
function cronPattern(expression: string): string | undefined {
  const fields = /^cron\(0 (\S+) (\S+) (\S+) (\S+) \*\)$/.exec(expression)?.slice(1)
  if (!fields?.every((field) => /^[0-9A-Z*?,/#L-]+$/.test(field))) return undefined
  const [hours = '', daysOfMonth = '', months = '', daysOfWeek = ''] = fields
  if ((daysOfMonth === '?') === (daysOfWeek === '?'))
    throw invalid(expression, 'needs "?" in exactly one of its day fields')
  return `0 ${hours} ${daysOfMonth} ${months} ${daysOfWeek}`.replaceAll('?', '*')
}

const cronOf = (pattern: string): Cron =>
  new Cron(pattern, { paused: true, utcOffset: 0, alternativeWeekdays: true, sloppyRanges: true })

/** Enough openings to meet every month's end and, for yearly ones, every leap year. */
const OPENINGS = 400
const FROM = new Date(Date.UTC(2026, 0, 1) - 1)

function occurrences(expression: string, pattern: string): readonly number[] {
  try {
    const openings = cronOf(pattern)
      .nextRuns(OPENINGS, FROM)
      .map((opening) => opening.getTime())
    if (openings.length >= 2) return openings
  } catch (cause) {
    throw invalid(expression, 'is not a schedule', cause)
  }
  throw invalid(expression, 'never comes twice')
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other)
}

function invalid(expression: string, why: string, cause?: unknown): Error {
  return new KeyturnError(
    'schedule-invalid',
    `${JSON.stringify(expression)} ${why}. Allowed: ${ALLOWED_SCHEDULE}.`,
    cause,
  )
}
