import { DAY, HOUR, SECOND } from '../../../../../core/clock.ts'
import { KeyturnError } from '../../../../../core/errors.ts'
import { nextOccurrence } from '../../../schedule-expression.ts'
import { invalidParameter } from '../input.ts'
import type { RotationRules } from '../state.ts'

const MIN_INTERVAL_MS = 4 * HOUR
/** Enough runs of a cron expression to meet its shortest gap within a week, and across a month's end. */
const SAMPLED_RUNS = 60

/**
 * Checks the rules of a rotation as RotateSecret does: one of rate(), cron() and days, at least four hours apart, with
 * a window that stays inside its UTC day and ends before the next one opens.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 * @throws ServiceError InvalidParameterException
 */
export function checkRules(rules: RotationRules, now: Date): void {
  const { AutomaticallyAfterDays: days, ScheduleExpression: expression, Duration } = rules
  if (days !== undefined && expression !== undefined) {
    throw invalidParameter('You can specify either AutomaticallyAfterDays or ScheduleExpression, not both.')
  }
  if (Duration !== undefined && !/^([1-9]|1\d|2[0-4])h$/.test(Duration)) {
    throw invalidParameter(`Duration ${JSON.stringify(Duration)} is not valid. Allowed: whole hours from 1h to 24h.`)
  }
  if (days === undefined && expression === undefined) return
  const runs = expression?.startsWith('cron(') ? cronRuns(expression, now) : undefined
  const interval = runs ? shortestGap(runs) : (rateOf(rules)?.ms ?? 0)
  if (interval < MIN_INTERVAL_MS) {
    throw invalidParameter(
      `${expression} rotates more often than every 4 hours, which is the shortest interval allowed.`,
    )
  }
  const window = windowMs(rules)
  if (window > interval) throw invalidParameter('The rotation window must not extend into the next rotation window.')
  if (runs?.some((run) => (run.getTime() % DAY) + window > DAY)) {
    throw invalidParameter(
      'The rotation window must not extend into the next UTC day: shorten Duration, or open it earlier.',
    )
  }
}

/**
 * When the window after a rotation opens: day rates open at midnight UTC, hour rates a whole interval later.
 * @returns undefined when the secret rotates on demand only
 */
export function nextOpening(rules: RotationRules, after: Date): Date | undefined {
  const rate = rateOf(rules)
  if (rate) return new Date((rate.daily ? after.getTime() - (after.getTime() % DAY) : after.getTime()) + rate.ms)
  return rules.ScheduleExpression === undefined ? undefined : nextOccurrence(rules.ScheduleExpression, after)
}

/** The last second of the window that opens at `opening`; NextRotationDate says "on or before". */
export function windowEnd(rules: RotationRules, opening: string): Date {
  return new Date(new Date(opening).getTime() + windowMs(rules, new Date(opening)) - SECOND)
}

/** The window's length: as given, or one hour for hourly schedules and the rest of the UTC day for others. */
function windowMs(rules: RotationRules, opening?: Date): number {
  if (rules.Duration !== undefined) return Number.parseInt(rules.Duration, 10) * HOUR
  const rate = rateOf(rules)
  if (rate && !rate.daily) return HOUR
  if (!opening) return HOUR
  if (!rate && shortestGap(cronRuns(rules.ScheduleExpression ?? '', opening)) < DAY) return HOUR
  return DAY - (opening.getTime() % DAY)
}

interface Rate {
  readonly ms: number
  readonly daily: boolean
}

function rateOf({ AutomaticallyAfterDays: days, ScheduleExpression: expression }: RotationRules): Rate | undefined {
  if (days !== undefined) return { ms: days * DAY, daily: true }
  if (expression === undefined || expression.startsWith('cron(')) return undefined
  const [, count, unit] = /^rate\(([1-9]\d{0,2}) (hours?|days?)\)$/.exec(expression) ?? []
  if (count === undefined || (count === '1') === unit?.endsWith('s')) throw notASchedule(expression)
  const daily = unit?.startsWith('day') ?? false
  return { ms: Number(count) * (daily ? DAY : HOUR), daily }
}

function cronRuns(expression: string, from: Date): Date[] {
  const [, body = ''] = /^cron\(([^()]*)\)$/.exec(expression) ?? []
  const [minute, , , , , year] = body.split(/\s+/)
  // The grammar of Secrets Manager is narrower than EventBridge's.
  if (minute !== '0' || year !== '*') throw notASchedule(expression)
  const runs: Date[] = []
  try {
    for (let next = nextOccurrence(expression, from); next && runs.length < SAMPLED_RUNS; ) {
      runs.push(next)
      next = nextOccurrence(expression, next)
    }
  } catch (error) {
    throw error instanceof KeyturnError ? notASchedule(expression) : error
  }
  return runs
}

function shortestGap(runs: readonly Date[]): number {
  const gaps = runs.slice(1).map((run, index) => run.getTime() - (runs[index]?.getTime() ?? 0))
  return Math.min(...gaps)
}

const notASchedule = (expression: string): Error =>
  invalidParameter(
    `ScheduleExpression ${JSON.stringify(expression)} is not valid. Allowed: rate(N hours) from 4, rate(N days) up to 999, or cron(0 hours day-of-month month day-of-week *) in UTC with ? in one of the two day fields.`,
  )
