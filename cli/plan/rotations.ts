import { DAY, HOUR, SECOND } from '../../core/clock.ts'
import { formatGrace, graceDeadline, parseGrace } from '../../core/grace.ts'
import { nextOpening } from '../../infra/config/schedule.ts'
import { DEFAULT_WINDOW, type SecretSettings } from '../../infra/config/schema.ts'

/** Secrets Manager rotates at a moment of its own choice between the two. */
export interface Span {
  readonly from: Date
  /** The window is closed, or the old key dead, from here on. */
  readonly to: Date
}

export interface PlannedRotation {
  readonly window: Span
  /** When the key that this rotation replaces is over; undefined when it is at once. */
  readonly oldKeyDies: Span | undefined
}

export interface PlannedSecret {
  readonly settings: SecretSettings
  /** `24h` */
  readonly grace: string
  /** In the days that were asked for, in order. */
  readonly rotations: readonly PlannedRotation[]
  /** The first one after them; undefined for a secret that rotates when asked. */
  readonly next: PlannedRotation | undefined
}

/** What is known of a secret that runs already. */
export interface Running {
  /** The last second of the window in which it rotates next, on the schedule that it has. */
  readonly nextRotation: Date | undefined
  readonly schedule: string | undefined
  readonly window: string | undefined
}

/**
 * What rotates when, from a moment on for some days. A rate counts from the last rotation: for a secret that does not
 * run yet, or whose schedule is about to change, from a deployment at that very moment.
 */
export function planRotations(
  secrets: readonly SecretSettings[],
  { from, days, running = new Map() }: { from: Date; days: number; running?: ReadonlyMap<string, Running> },
): readonly PlannedSecret[] {
  const until = new Date(from.getTime() + days * DAY)
  const known = new Map<string, readonly Date[]>()
  return secrets.map((settings) => {
    const { schedule } = settings
    const grace = formatGrace(parseGrace(settings.grace))
    if (schedule === undefined) return { settings, grace, rotations: [], next: undefined }
    const first = firstOpening(settings, running.get(settings.name), from)
    const key = `${schedule} ${first?.getTime()}`
    const openings = known.get(key) ?? [...openingsUntil(schedule, first, until)]
    known.set(key, openings)
    const planned = openings.map((opening) => rotationAt(opening, settings))
    const within = openings.filter((opening) => opening < until).length
    return { settings, grace, rotations: planned.slice(0, within), next: planned[within] }
  })
}

/** The window that is open, or opens next. */
function firstOpening(
  { schedule, window = DEFAULT_WINDOW }: SecretSettings,
  running: Running | undefined,
  from: Date,
): Date | undefined {
  if (schedule === undefined) return undefined
  if (running?.nextRotation === undefined || running.schedule !== schedule || running.window !== window) {
    return nextOpening(schedule, from)
  }
  return new Date(running.nextRotation.getTime() + SECOND - hoursOf(window))
}

/** Those before `until`, and the first one after. */
function* openingsUntil(schedule: string, first: Date | undefined, until: Date): Generator<Date> {
  for (let opening = first; opening !== undefined; opening = nextOpening(schedule, opening)) {
    yield opening
    if (opening >= until) return
  }
}

function rotationAt(opening: Date, { window = DEFAULT_WINDOW, grace }: SecretSettings): PlannedRotation {
  const closing = new Date(opening.getTime() + hoursOf(window))
  const period = parseGrace(grace)
  const oldKeyDies =
    period.kind === 'revoke-now'
      ? undefined
      : { from: graceDeadline(period, opening), to: graceDeadline(period, closing) }
  return { window: { from: opening, to: closing }, oldKeyDies }
}

const hoursOf = (window: string): number => Number.parseInt(window, 10) * HOUR
