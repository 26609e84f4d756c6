import { DAY, HOUR, SECOND } from '../../core/clock.ts'

/** What people have been told of one condition of a secret. */
export interface Told {
  readonly since: Date
  /** When the last message went out; when the condition was first seen, while there was none. */
  readonly last: Date
  /** Messages sent. 0: seen, and not told yet. */
  readonly count: number
}

/** Between one message and the next while a condition stands; the last one holds for all that follow. */
const INTERVALS = [HOUR, 6 * HOUR, DAY, DAY, DAY, 7 * DAY] as const

/** How long a message holds until it is repeated, after `count` of them. */
export const intervalAfter = (count: number): number => INTERVALS[Math.min(count, INTERVALS.length) - 1] ?? HOUR

const ENTRY = /^([a-z-]+):([0-9a-z]+):([0-9a-z]+):(\d+)$/

/** Reads the `told` tag: condition's code → what was told. What cannot be read counts as not told. */
export function readTold(value: string | undefined): ReadonlyMap<string, Told> {
  const entries = (value ?? '').split(' ').flatMap((text): [string, Told][] => {
    const [, code, since, last, count] = ENTRY.exec(text) ?? []
    if (code === undefined) return []
    return [[code, { since: moment(since), last: moment(last), count: Number(count) }]]
  })
  return new Map(entries)
}

/** The tag's value: `rotation-failed:tj5k0w:tj5k0w:1`, in the few characters that a tag takes. Empty for nothing. */
export const formatTold = (told: ReadonlyMap<string, Told>): string =>
  [...told].map(([code, { since, last, count }]) => `${code}:${short(since)}:${short(last)}:${count}`).join(' ')

const short = (at: Date): string => Math.floor(at.getTime() / SECOND).toString(36)
const moment = (text = ''): Date => new Date(Number.parseInt(text, 36) * SECOND)
