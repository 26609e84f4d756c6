import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { MAX_GRACE_MS, MIN_GRACE_MS, REVOKE_NOW } from '../../../core/grace.ts'
import { LABEL_BUDGET } from '../../../core/versions.ts'
import { parseSchedule, type Schedule } from '../../../infra/config/schedule.ts'
import {
  checkGrace,
  checkSecret,
  checkWindow,
  labelsNeeded,
  versionsInGrace,
} from '../../../infra/config/secret-checks.ts'

const everyHours = fc.integer({ min: 4, max: 999 * 24 }).map((hours) => parseSchedule(`rate(${hours} hours)`))
const window = fc.integer({ min: MIN_GRACE_MS, max: MAX_GRACE_MS }).map((ms) => ({ kind: 'window' as const, ms }))

/** How many of a long row of rotations have their outgoing version in grace at once, by walking over them. */
function walk({ shortestIntervalMs }: Schedule, graceMs: number): number {
  const until = Array.from({ length: 60 }, (_, index) => index * shortestIntervalMs + graceMs)
  const moments = until.map((_, index) => index * shortestIntervalMs)
  return Math.max(
    ...moments.map((now) => until.filter((end, index) => index * shortestIntervalMs <= now && now < end).length),
  )
}

describe('checks at plan time (A13)', () => {
  it('a window passes exactly up to the longest one', () => {
    fc.assert(
      fc.property(everyHours, fc.integer({ min: 1, max: 24 }), (schedule, hours) => {
        const problems = checkWindow(schedule, hours, 'window')
        expect(problems.length).toBe(hours <= schedule.longestWindowHours ? 0 : 1)
      }),
    )
  })

  it('a grace passes exactly while it is shorter than the interval', () => {
    fc.assert(
      fc.property(everyHours, window, (schedule, grace) => {
        const problems = checkGrace(schedule, grace, 'grace')
        expect(problems.length === 0).toBe(grace.ms < schedule.shortestIntervalMs)
      }),
    )
  })

  it('counts as many versions in grace as a walk over the rotations finds', () => {
    fc.assert(
      fc.property(everyHours, window, (schedule, grace) => {
        expect(versionsInGrace(schedule, grace)).toBe(walk(schedule, grace.ms))
      }),
    )
  })

  it('tells a schedule that would need more labels than a secret has', () => {
    const schedule = parseSchedule('rate(4 hours)')
    const grace = { kind: 'window', ms: 7 * 24 * HOUR } as const
    expect(labelsNeeded(schedule, grace)).toBeGreaterThan(LABEL_BUDGET)
    expect(checkGrace(schedule, grace, 'secrets[0].grace').map(({ message }) => message)).toEqual([
      `7d is not shorter than the 4h between two rotations of rate(4 hours), and needs ${labelsNeeded(schedule, grace)} staging labels where a secret has 20; allowed is less than that, or rotate less often`,
    ])
  })

  it('asks nothing of revoke-now', () => {
    expect(checkGrace(parseSchedule('rate(4 hours)'), REVOKE_NOW, 'grace')).toEqual([])
  })

  it('refuses more live keys than the target allows', () => {
    const call = { method: 'GET', url: 'https://provider.example/keys' }
    const params = {
      adminSecret: 'admin',
      create: { ...call, body: { name: '{name}' }, take: { key: '/key', id: '/id' } },
      list: { ...call, items: '/data', id: '/id', name: '/name' },
      test: call,
      revoke: { ...call, url: 'https://provider.example/keys/{id}' },
      liveKeys: 2,
    }
    const secret = { strategy: 'provider-key', params, schedule: 'rate(7 days)', window: '1h' }
    expect(checkSecret({ ...secret, grace: '24h' }, 'secrets[3]')).toEqual([
      { path: 'secrets[3].params', message: expect.stringContaining('2 keys live at once, but 3 would') },
    ])
    expect(checkSecret({ ...secret, grace: 'revoke-now' }, 'secrets[3]')).toEqual([])
  })

  it('reports what is wrong with a strategy’s parameters under their path', () => {
    const secret = { strategy: 'random', params: { format: 'hex', length: 8, size: 1 } }
    expect(checkSecret(secret, 'secrets[0]').map(({ path }) => path)).toEqual(
      expect.arrayContaining(['secrets[0].params.size']),
    )
  })
})
