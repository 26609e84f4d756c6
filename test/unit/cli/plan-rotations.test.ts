import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { busiest } from '../../../cli/plan/busiest.ts'
import { type PlannedSecret, planRotations, type Running } from '../../../cli/plan/rotations.ts'
import { DAY, HOUR, SECOND } from '../../../core/clock.ts'
import { formatGrace, graceDeadline, graceState, MAX_GRACE_MS, MIN_GRACE_MS, parseGrace } from '../../../core/grace.ts'
import { parseSchedule } from '../../../infra/config/schedule.ts'
import type { SecretSettings } from '../../../infra/config/schema.ts'
import { checkGrace, checkWindow } from '../../../infra/config/secret-checks.ts'
import { checkRules, nextOpening, windowEnd } from '../../../local/cloud/services/secrets-manager/rotation/schedule.ts'

const moment = fc
  .integer({ min: Date.UTC(2026, 0, 1) / SECOND, max: Date.UTC(2030, 0, 1) / SECOND })
  .map((second) => new Date(second * SECOND))

const hoursOfDay = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 3 }).filter((hours) => {
  const sorted = [...hours].sort((one, other) => one - other)
  return sorted.every((hour, index) => (sorted[index + 1] ?? (sorted[0] ?? 0) + 24) - hour >= 4)
})
const days = fc.constantFrom('? * MON', '? * MON-FRI', '* * ?', '1 * ?', 'L * ?', '15 1/3 ?', '? * SUN#1', '1,31 * ?')
const schedule = fc.oneof(
  fc.integer({ min: 4, max: 999 }).map((hours) => `rate(${hours} hours)`),
  fc.integer({ min: 2, max: 999 }).map((count) => `rate(${count} days)`),
  fc.tuple(hoursOfDay, days).map(([hours, day]) => `cron(0 ${hours.join()} ${day} *)`),
)
const grace = fc.oneof(
  fc.constant('revoke-now'),
  fc
    .integer({ min: MIN_GRACE_MS / SECOND, max: MAX_GRACE_MS / SECOND })
    .map((seconds) => formatGrace({ kind: 'window', ms: seconds * SECOND })),
)

interface Case {
  readonly settings: SecretSettings & { readonly window: string }
  readonly from: Date
}

/** A secret whose schedule, window and grace our own checks accept. */
const sound = fc
  .record({ schedule, grace, from: moment, share: fc.integer({ min: 1, max: 24 }) })
  .map(({ schedule, grace, from, share }): Case => {
    const window = `${Math.min(share, parseSchedule(schedule).longestWindowHours)}h`
    return { settings: { name: 'one', schedule, grace, window } as Case['settings'], from }
  })
  .filter(({ settings: { schedule = '', window, grace } }) => {
    const parsed = parseSchedule(schedule)
    return (
      [checkWindow(parsed, Number.parseInt(window, 10), ''), checkGrace(parsed, parseGrace(grace), '')].flat()
        .length === 0
    )
  })

const plan = ({ settings, from }: Case, days: number, running?: Running): PlannedSecret => {
  const [planned] = planRotations([settings], { from, days, ...(running && { running: new Map([['one', running]]) }) })
  if (planned === undefined) throw new Error('nothing was planned')
  return planned
}

describe('what keyturn plan says will rotate', () => {
  it('opens and closes when the local Secrets Manager’s windows do, from the same clock', () => {
    fc.assert(
      fc.property(sound, fc.integer({ min: 1, max: 60 }), (one, days) => {
        const rules = { ScheduleExpression: one.settings.schedule ?? '', Duration: one.settings.window }
        checkRules(rules, one.from)
        const until = new Date(one.from.getTime() + days * DAY)
        const theirs: Date[] = []
        for (
          let opening = nextOpening(rules, one.from);
          opening && opening < until;
          opening = nextOpening(rules, opening)
        ) {
          theirs.push(opening)
        }
        const { rotations, next } = plan(one, days)
        expect(rotations.map(({ window }) => window.from)).toEqual(theirs)
        expect(next?.window.from).toEqual(nextOpening(rules, theirs.at(-1) ?? one.from))
        for (const { window } of rotations) {
          expect(window.to.getTime() - SECOND).toBe(windowEnd(rules, window.from.toISOString()).getTime())
        }
      }),
      { numRuns: 150 },
    )
  })

  it('keeps to the interval and the window that the config’s own check allows', () => {
    fc.assert(
      fc.property(sound, (one) => {
        const parsed = parseSchedule(one.settings.schedule ?? '')
        const { rotations } = plan(one, 60)
        const spans = rotations.map(({ window }) => window)
        for (const [index, { from, to }] of spans.entries()) {
          expect(to.getTime() - from.getTime()).toBeLessThanOrEqual(parsed.longestWindowHours * HOUR)
          const following = spans[index + 1]?.from.getTime() ?? Number.POSITIVE_INFINITY
          expect(following - from.getTime()).toBeGreaterThanOrEqual(parsed.shortestIntervalMs)
          expect(to.getTime()).toBeLessThanOrEqual(following)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('has the old key die when its label, written at either end of the window, would be over', () => {
    fc.assert(
      fc.property(sound, (one) => {
        const period = parseGrace(one.settings.grace)
        for (const { window, oldKeyDies } of plan(one, 60).rotations) {
          if (period.kind === 'revoke-now') {
            expect(oldKeyDies).toBeUndefined()
            continue
          }
          expect(oldKeyDies).toEqual({ from: graceDeadline(period, window.from), to: graceDeadline(period, window.to) })
          expect(graceState(graceDeadline(period, window.to), oldKeyDies?.to ?? window.to)).toBe('expired')
        }
      }),
      { numRuns: 60 },
    )
  })

  it('counts on from the window that AWS names, for a secret that runs with that schedule', () => {
    fc.assert(
      fc.property(sound, fc.integer({ min: -3, max: 40 * 24 }), (one, hoursLater) => {
        const { schedule, window } = one.settings
        const rules = { ScheduleExpression: schedule ?? '', Duration: window }
        const opening = nextOpening(rules, one.from) ?? one.from
        const later = { ...one, from: new Date(one.from.getTime() + hoursLater * HOUR) }
        const nextRotation = windowEnd(rules, opening.toISOString())
        const { rotations, next } = plan(later, 30, { nextRotation, schedule, window })
        // Also when that window is open, or was missed: the rotation is due then.
        expect((rotations[0] ?? next)?.window.from).toEqual(opening)
      }),
      { numRuns: 60 },
    )
  })

  it('takes an hour for a window that is not given', () => {
    const { window: _left, ...settings } = { name: 'one', schedule: 'rate(7 days)', window: '', grace: '24h' }
    const [planned] = planRotations([settings as unknown as SecretSettings], { from: new Date(0), days: 30 })
    const { from, to } = planned?.rotations[0]?.window ?? {}
    expect([from, to]).toEqual([new Date(7 * DAY), new Date(7 * DAY + HOUR)])
  })

  it('counts from now where the schedule or the window is about to change', () => {
    const settings = { name: 'one', schedule: 'rate(7 days)', window: '4h', grace: '24h' } as Case['settings']
    const from = new Date('2026-11-24T10:00:00Z')
    const nextRotation = new Date('2026-11-25T03:59:59Z')
    const first = (running: Running) => plan({ settings, from }, 30, running).rotations[0]?.window.from
    expect(first({ nextRotation, schedule: 'rate(7 days)', window: '4h' })).toEqual(new Date('2026-11-25T00:00:00Z'))
    expect(first({ nextRotation, schedule: 'rate(9 days)', window: '4h' })).toEqual(new Date('2026-12-01T00:00:00Z'))
    expect(first({ nextRotation, schedule: 'rate(7 days)', window: '2h' })).toEqual(new Date('2026-12-01T00:00:00Z'))
  })
})

describe('the busiest moments', () => {
  const at = (hour: number) => new Date(Date.UTC(2026, 10, 24) + hour * HOUR)
  const secret = (name: string, ...spans: [number, number][]): PlannedSecret => ({
    settings: { name } as SecretSettings,
    grace: '1d',
    next: undefined,
    rotations: spans.map(([from, to]) => ({ window: { from: at(from), to: at(to) }, oldKeyDies: undefined })),
  })

  it('are where most windows are open at once, most first', () => {
    const secrets = [secret('a', [0, 4], [24, 28]), secret('b', [2, 6], [24, 26]), secret('c', [25, 30])]
    expect(busiest(secrets)).toEqual([
      { from: at(25), to: at(26), secrets: ['a', 'b', 'c'] },
      { from: at(2), to: at(4), secrets: ['a', 'b'] },
      { from: at(24), to: at(25), secrets: ['a', 'b'] },
    ])
  })

  it('do not run together where one window closes as another opens', () => {
    expect(busiest([secret('a', [0, 4]), secret('b', [4, 8]), secret('c', [0, 8])])).toEqual([
      { from: at(0), to: at(4), secrets: ['a', 'c'] },
      { from: at(4), to: at(8), secrets: ['b', 'c'] },
    ])
  })

  it('are none where no two windows meet', () => {
    expect(busiest([secret('a', [0, 4]), secret('b', [4, 8])])).toEqual([])
  })
})
