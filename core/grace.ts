import { DAY, HOUR, MINUTE, SECOND } from './clock.ts'
import { KeyturnError } from './errors.ts'

/** How long an outgoing version stays accepted after its successor became current. */
export type Grace = { readonly kind: 'window'; readonly ms: number } | { readonly kind: 'revoke-now' }

/** What one rotation may be given beside that: the very moment at which the outgoing version ends. */
export type GraceOnce = Grace | { readonly kind: 'until'; readonly at: Date }

export const MIN_GRACE_MS = HOUR
export const MAX_GRACE_MS = 7 * DAY
export const DEFAULT_GRACE: Grace = { kind: 'window', ms: DAY }
export const REVOKE_NOW: Grace = { kind: 'revoke-now' }

/** What a deadline means at a moment: there is none, it lies ahead, or it has been reached. */
export type GraceState = 'none' | 'active' | 'expired'

export const ALLOWED_GRACE = '"1h" to "7d" (units m, h, d, such as "90m", "24h", "7d"), or "revoke-now"'

export const ALLOWED_UNTIL = 'a moment between 1 h and 7 d ahead, with its zone: "2026-12-01T10:00:00Z"'

/** What a clock may be behind the one that wrote a deadline, and what a label waits for a free second. */
const CLOCK_TOLERANCE_MS = 5 * MINUTE

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/**
 * Reads a grace period such as `24h`, `7d` or `revoke-now`.
 * @throws KeyturnError `grace-invalid` (needs-human) for another form, under 1 h, over 7 d, or a bare zero
 */
export function parseGrace(text: string): Grace {
  if (text === 'revoke-now') return REVOKE_NOW
  const match = /^(\d{1,6})([smhd])$/.exec(text)
  const unit = match?.[2] === undefined ? undefined : UNITS[match[2]]
  if (!match || unit === undefined) throw invalid(text, 'is not a grace period')
  const ms = Number(match[1]) * unit
  if (ms === 0) throw invalid(text, 'would cut callers off at once; ask for that by its name, "revoke-now"')
  if (ms < MIN_GRACE_MS) throw invalid(text, 'is shorter than the minimum of 1 h')
  if (ms > MAX_GRACE_MS) throw invalid(text, 'is longer than the maximum of 7 d')
  return { kind: 'window', ms }
}

/**
 * Reads the end of a grace as a person names it: `2026-12-01T10:00:00Z`, or with an offset such as `+01:00`.
 * @throws KeyturnError `grace-invalid` (needs-human) for another form, or a moment under 1 h or over 7 d from `now`
 */
export function parseUntil(text: string, now: Date): Date {
  const match = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.exec(text)
  const at = new Date(match ? text : Number.NaN)
  // 31 February parses in some engines: a day that does not write back the same is no day.
  const real = match && new Date(`${match[1]}T00:00:00Z`).toJSON()?.startsWith(`${match[1]}`)
  if (!real || Number.isNaN(at.getTime())) throw invalid(text, 'is not a moment with its zone', ALLOWED_UNTIL)
  const ahead = at.getTime() - now.getTime()
  const when = `(it is ${now.toISOString().slice(0, 19)}Z now)`
  if (ahead < MIN_GRACE_MS) throw invalid(text, `is less than 1 h ahead ${when}`, ALLOWED_UNTIL)
  if (ahead > MAX_GRACE_MS) throw invalid(text, `is more than 7 d ahead ${when}`, ALLOWED_UNTIL)
  return at
}

/**
 * Reads the grace of one rotation as its tag carries it: a period, or the moment of its end.
 * @throws KeyturnError `grace-invalid` (needs-human)
 */
export function parseGraceOnce(text: string): GraceOnce {
  if (!/^\d{4}-/.test(text)) return parseGrace(text)
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw invalid(text, 'is not a moment')
  return { kind: 'until', at: new Date(Math.ceil(at.getTime() / SECOND) * SECOND) }
}

/** The shortest form that {@link parseGrace} reads back: `7d`, `36h`, `90m`, `revoke-now`. */
export function formatGrace(grace: Grace): string {
  if (grace.kind === 'revoke-now') return 'revoke-now'
  const [unit, size] = Object.entries(UNITS)
    .reverse()
    .find(([, unitMs]) => grace.ms % unitMs === 0) ?? ['s', SECOND]
  return `${grace.ms / size}${unit}`
}

/**
 * The moment until which a version that stops being current at `from` stays accepted. Whole seconds, rounded up. A
 * rotation that was held up leaves callers the shortest grace, even where that goes beyond the moment that was named.
 */
export function graceDeadline(grace: GraceOnce, from: Date): Date {
  if (grace.kind === 'until') {
    const heldUp = grace.at.getTime() < from.getTime() + MIN_GRACE_MS - CLOCK_TOLERANCE_MS
    return heldUp ? graceDeadline({ kind: 'window', ms: MIN_GRACE_MS }, from) : grace.at
  }
  const ms = grace.kind === 'revoke-now' ? 0 : grace.ms
  const round = grace.kind === 'revoke-now' ? Math.floor : Math.ceil
  return new Date(round((from.getTime() + ms) / SECOND) * SECOND)
}

/**
 * Whether a deadline lies further ahead than any grace that Keyturn gives. Somebody wrote it by hand, and no key lives
 * longer than {@link MAX_GRACE_MS} after its successor: such a version is refused and reported.
 */
export const beyondMaximum = (deadline: Date, now: Date): boolean =>
  deadline.getTime() > now.getTime() + MAX_GRACE_MS + CLOCK_TOLERANCE_MS

/** A version is accepted strictly before its deadline; at the deadline it is expired. */
export function graceState(deadline: Date | undefined, now: Date): GraceState {
  if (deadline === undefined) return 'none'
  return now.getTime() < deadline.getTime() ? 'active' : 'expired'
}

const PREFIX = 'GRACE-UNTIL-'

export const isGraceLabel = (label: string): boolean => label.startsWith(PREFIX)

/** The staging label that carries a deadline: `GRACE-UNTIL-20261123T100000Z` (UTC, whole seconds). */
export function graceLabel(deadline: Date): string {
  return (
    PREFIX +
    deadline
      .toISOString()
      .replace(/\.\d{3}Z$/, 'Z')
      .replaceAll(/[-:]/g, '')
  )
}

/** The deadline in a grace label, or undefined when the label is malformed (which callers must treat as expired). */
export function parseGraceLabel(label: string): Date | undefined {
  const match = /^GRACE-UNTIL-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(label)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second] = match
  const deadline = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(deadline.getTime())) return undefined
  // 31 February parses in some engines: what does not write back the same is not a date.
  return graceLabel(deadline) === label ? deadline : undefined
}

function invalid(text: string, why: string, allowed = ALLOWED_GRACE): Error {
  return new KeyturnError('grace-invalid', `Grace ${JSON.stringify(text)} ${why}. Allowed: ${allowed}.`)
}
