import { nextOccurrence } from '../../schedule-expression.ts'
import type { ScheduleSettings } from './state.ts'

/**
 * When a schedule fires first. A rate without a start date begins at once, as AWS documents it.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
 */
export function firstFiring(settings: ScheduleSettings, now: Date): Date | undefined {
  const start = settings.startAt === undefined ? undefined : new Date(settings.startAt)
  const begin = start && start > now && !settings.expression.startsWith('at(') ? start : now
  if (settings.expression.startsWith('rate(')) return bounded(settings, begin)
  // Strictly after the moment before: a cron moment that is the start date itself counts.
  const after = begin === now ? now : new Date(begin.getTime() - 1)
  return nextFiring(settings, after)
}

/** When a schedule fires after a firing. */
export function nextFiring(settings: ScheduleSettings, after: Date): Date | undefined {
  return bounded(settings, nextOccurrence(settings.expression, after, { timezone: settings.timezone }))
}

function bounded({ endAt, expression }: ScheduleSettings, when: Date | undefined): Date | undefined {
  if (when === undefined || endAt === undefined || expression.startsWith('at(')) return when
  return when <= new Date(endAt) ? when : undefined
}
