import { DAY, HOUR, MINUTE, SECOND } from '../../core/clock.ts'

const UNITS: readonly (readonly [string, number])[] = [
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
]

/** The two largest units of a time span: `6 d 3 h`, `59 m 12 s`, `0 s`. */
export function duration(ms: number): string {
  const rest = Math.max(0, ms)
  const first = UNITS.findIndex(([, size]) => rest >= size)
  if (first === -1) return '0 s'
  const [unit, size] = UNITS[first] ?? ['s', SECOND]
  const parts = [`${Math.floor(rest / size)} ${unit}`]
  const [smaller, smallerSize] = UNITS[first + 1] ?? []
  const left = smallerSize === undefined ? 0 : Math.floor((rest % size) / smallerSize)
  return left > 0 ? `${parts[0]} ${left} ${smaller}` : (parts[0] ?? '0 s')
}

/** `2026-11-23 10:00:05 UTC`. */
export const moment = (date: Date): string => `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
