import { DAY, HOUR, systemClock } from '../../../core/clock.ts'
import { graceLabel } from '../../../core/grace.ts'

/** A grace label that lies days ahead of the real clock, within the longest grace; `earlier` makes it end hours before. */
export const farLabel = (earlier = 0): string =>
  graceLabel(new Date(systemClock.now().getTime() + 6 * DAY - earlier * HOUR))
