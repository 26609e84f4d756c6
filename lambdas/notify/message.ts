import { DAY, HOUR } from '../../core/clock.ts'
import { redactText } from '../../core/redact.ts'
import type { Condition, ConditionCode, ConditionState } from './condition.ts'

/** One message to the stack's topic, for people; the attributes are for subscriptions' filters. */
export interface Message {
  /** Printable ASCII, 100 characters at most: SNS refuses others. */
  readonly subject: string
  readonly text: string
  readonly attributes: Readonly<Record<'code' | 'secret' | 'kind' | 'state', string>>
}

export interface Standing {
  /** Full name of the secret. */
  readonly secret: string
  readonly state: Exclude<ConditionState, 'over'>
  readonly condition: Condition
  /** Absent where nobody can tell. */
  readonly since: Date | undefined
  /** Until the message is repeated, in milliseconds. */
  readonly repeatedInMs: number
}

/** Tells of a condition that stands: what, since when, why, and what to do. */
export function standingMessage({ secret, state, condition, since, repeatedInMs }: Standing): Message {
  const { code, kind, headline, what, why, actions } = condition
  const lines = [
    `${secret}: ${headline}${state === 'standing' ? ' (still)' : ''}`,
    '',
    what,
    '',
    ...(since === undefined ? [] : [`Since:  ${utc(since)}`]),
    ...(why === undefined ? [] : [`Why:    ${why}`]),
    '',
    'What to do:',
    ...actions.map((action) => `  ${action}`),
    '',
    `While it lasts this is repeated, next in ${interval(repeatedInMs)}; you are told when it is over. Code: ${code}.`,
  ]
  return {
    subject: subject(`Keyturn: ${headline}`, secret, state === 'standing' ? ' (still)' : ''),
    text: redactText(lines.join('\n')),
    attributes: { code, secret, kind, state },
  }
}

/** Tells, once, that a condition no longer stands. */
export function overMessage(secret: string, code: ConditionCode | string, since: Date, now: Date): Message {
  const lines = [
    `${secret}: ${OVER[code] ?? `"${code}" is over`}.`,
    '',
    `It had stood since ${utc(since)}, for ${interval(Math.max(now.getTime() - since.getTime(), 0))}. Nothing is left to do.`,
    `Code: ${code}.`,
  ]
  return {
    subject: subject('Keyturn: over', secret, ` (${code})`),
    text: lines.join('\n'),
    attributes: { code, secret, kind: 'none', state: 'over' },
  }
}

const OVER: Readonly<Record<string, string>> = {
  'rotation-failed': 'the failed rotation is over; see keyturn status for what is current',
  'not-retired': 'no version waits for its retirement any more',
  'grace-label-unusable': 'every grace label can be read again',
  'not-ordered': 'no version that was moved by hand is left out of order',
  'rotation-function-missing': 'it has a rotation function again',
}

const SUBJECT_LENGTH = 100

/** The name gives way, from its front: its end tells more. */
function subject(before: string, secret: string, after: string): string {
  const room = SUBJECT_LENGTH - before.length - after.length - 2
  const name = secret.length > room ? `...${secret.slice(secret.length - room + 3)}` : secret
  return `${before}: ${name}${after}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, SUBJECT_LENGTH)
}

const utc = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** `1 h`, `6 h`, `7 d`; minutes below an hour. */
function interval(ms: number): string {
  if (ms >= 2 * DAY) return `${Math.round(ms / DAY)} d`
  return ms >= HOUR ? `${Math.round(ms / HOUR)} h` : `${Math.round(ms / 60_000)} min`
}
