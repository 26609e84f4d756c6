import { z } from 'zod'
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/clock.ts'
import type { Cloud } from '../cloud.ts'
import { ControlError, type ControlRoute, readJson } from './control-route.ts'

export const clockRoutes: readonly ControlRoute[] = [
  { method: 'GET', path: '/_keyturn/clock', handle: (_request, cloud) => reading(cloud) },
  {
    method: 'POST',
    path: '/_keyturn/clock',
    async handle(request, cloud) {
      const move = moveSchema.safeParse(readJson(request, ALLOWED))
      if (!move.success) throw invalid()
      if ('advance' in move.data) await cloud.clock.advance(parseSpan(move.data.advance))
      else await cloud.clock.set(parseMoment(move.data.set, cloud.clock.now()))
      cloud.changed()
      return reading(cloud)
    },
  },
]

const moveSchema = z.union([z.strictObject({ advance: z.string() }), z.strictObject({ set: z.string() })])

const ALLOWED =
  '{"advance":"25h"} (a whole number and one of s, m, h, d; at most 3650d) or {"set":"2026-11-23T10:00:00Z"} (UTC, not in the past)'

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY }
const LONGEST_SPAN = 3_650 * DAY

function reading({ clock }: Cloud): unknown {
  return { now: clock.now().toISOString(), offsetSeconds: Math.round(clock.offsetMs / SECOND), frozen: clock.frozen }
}

/** `25h` in milliseconds. @throws ControlError `clock-invalid` */
export function parseSpan(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const ms = Number(count) * (UNITS[unit] ?? 0)
  if (ms <= 0 || ms > LONGEST_SPAN) throw invalid()
  return ms
}

function parseMoment(text: string, now: Date): Date {
  const moment = new Date(text)
  const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/.test(text)
  if (!utc || Number.isNaN(moment.getTime()) || moment < now || moment.getTime() - now.getTime() > LONGEST_SPAN) {
    throw invalid()
  }
  return moment
}

const invalid = (): ControlError => new ControlError('clock-invalid', `Not a move of the clock. Allowed: ${ALLOWED}.`)
