import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../core/clock.ts'
import {
  beyondMaximum,
  DEFAULT_GRACE,
  formatGrace,
  graceDeadline,
  graceLabel,
  graceState,
  parseGrace,
  parseGraceLabel,
  parseGraceOnce,
  parseUntil,
  REVOKE_NOW,
} from '../../../core/grace.ts'

const NOW = new Date('2026-11-22T10:00:00.400Z')

describe('B2 grace period', () => {
  it('is 24 h unless said otherwise', () => {
    expect(DEFAULT_GRACE).toEqual({ kind: 'window', ms: DAY })
  })

  it.each([
    ['1h', HOUR],
    ['60m', HOUR],
    ['3600s', HOUR],
    ['24h', DAY],
    ['7d', 7 * DAY],
  ])('accepts %s', (text, ms) => {
    expect(parseGrace(text)).toEqual({ kind: 'window', ms })
  })

  it.each([
    '59m',
    '3599s',
    '169h',
    '8d',
    '604801s',
    '',
    ' 1h',
    '1 h',
    '1.5h',
    '-1h',
    '1w',
    '1H',
    'h',
    'xh',
    '1hour',
    'tomorrow',
    '9999999d',
  ])('refuses %j and names what is allowed', (text) => {
    expect(() => parseGrace(text)).toThrow(/Allowed: "1h" to "7d".*"revoke-now"/)
  })

  it.each([
    ['59m', 'is shorter than the minimum of 1 h'],
    ['8d', 'is longer than the maximum of 7 d'],
    ['1 week', 'is not a grace period'],
    ['0h', 'would cut callers off at once; ask for that by its name, "revoke-now"'],
  ])('says of %j why: %s', (text, why) => {
    expect(() => parseGrace(text)).toThrow(
      expect.objectContaining({ code: 'grace-invalid', message: expect.stringContaining(`Grace "${text}" ${why}.`) }),
    )
  })

  it('takes revoke-now by that name only', () => {
    expect(parseGrace('revoke-now')).toEqual(REVOKE_NOW)
    for (const zero of ['0', '0h', '0s', '0d'])
      expect(() => parseGrace(zero)).toThrow(/is not a grace period|by its name/)
  })

  it('writes every period back so that it reads the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: HOUR / 1000, max: (7 * DAY) / 1000 }), (seconds) => {
        const grace = { kind: 'window', ms: seconds * 1000 } as const
        expect(parseGrace(formatGrace(grace))).toEqual(grace)
      }),
    )
    expect([7 * DAY, 36 * HOUR, 90 * MINUTE].map((ms) => formatGrace({ kind: 'window', ms }))).toEqual([
      '7d',
      '36h',
      '90m',
    ])
    expect(formatGrace(REVOKE_NOW)).toBe('revoke-now')
  })
})

describe('B2 deadline', () => {
  it('is never earlier than the period promises, and less than a second later', () => {
    fc.assert(
      fc.property(validDate(), fc.integer({ min: HOUR, max: 7 * DAY }), (from, ms) => {
        const late = graceDeadline({ kind: 'window', ms }, from).getTime() - (from.getTime() + ms)
        expect(late).toBeGreaterThanOrEqual(0)
        expect(late).toBeLessThan(1000)
      }),
    )
  })

  it('has passed already when it is revoke-now', () => {
    const deadline = graceDeadline(REVOKE_NOW, NOW)
    expect(deadline).toEqual(new Date('2026-11-22T10:00:00Z'))
    expect(graceState(deadline, NOW)).toBe('expired')
  })

  it('is beyond the longest grace only by more than clocks differ', () => {
    const furthest = new Date(NOW.getTime() + 7 * DAY + 5 * MINUTE)
    expect(beyondMaximum(furthest, NOW)).toBe(false)
    expect(beyondMaximum(new Date(furthest.getTime() + 1), NOW)).toBe(true)
  })

  it('is none, active or expired, and expired at the very millisecond', () => {
    const deadline = new Date('2026-11-23T10:00:00Z')
    expect(graceState(undefined, NOW)).toBe('none')
    expect(graceState(deadline, NOW)).toBe('active')
    expect(graceState(deadline, new Date(deadline.getTime() - 1))).toBe('active')
    expect(graceState(deadline, deadline)).toBe('expired')
  })

  it('survives the trip through a label', () => {
    expect(graceLabel(new Date('2026-11-23T10:00:00Z'))).toBe('GRACE-UNTIL-20261123T100000Z')
    fc.assert(
      fc.property(validDate(), (date) => {
        const whole = new Date(Math.floor(date.getTime() / 1000) * 1000)
        expect(parseGraceLabel(graceLabel(whole))).toEqual(whole)
      }),
    )
  })

  it.each([
    'GRACE-UNTIL-',
    'GRACE-UNTIL-20261123',
    'GRACE-UNTIL-20261123T100000',
    'GRACE-UNTIL-20261123T100000z',
    'GRACE-UNTIL-20260231T100000Z',
    'GRACE-UNTIL-20261332T100000Z',
    'GRACE-UNTIL-20261123T240000Z',
    'GRACE-UNTIL-20261123T106000Z',
    'GRACE-UNTIL-20261123T100000Z ',
    'XGRACE-UNTIL-20261123T100000Z',
  ])('refuses the malformed label %j', (label) => {
    expect(parseGraceLabel(label)).toBeUndefined()
  })

  it('never reads a deadline out of arbitrary text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const deadline = parseGraceLabel(`GRACE-UNTIL-${text}`)
        if (deadline) expect(graceLabel(deadline)).toBe(`GRACE-UNTIL-${text}`)
      }),
    )
  })
})

function validDate(): fc.Arbitrary<Date> {
  return fc.date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
}

describe('a grace whose end is named', () => {
  const now = new Date('2026-11-24T12:00:00.500Z')

  it.each([
    ['2026-12-01T10:00:00Z', '2026-12-01T10:00:00.000Z'],
    ['2026-12-01T10:00Z', '2026-12-01T10:00:00.000Z'],
    ['2026-12-01T10:00:00+01:00', '2026-12-01T09:00:00.000Z'],
    ['2026-11-24T13:00:01Z', '2026-11-24T13:00:01.000Z'],
    ['2026-12-01T12:00:00Z', '2026-12-01T12:00:00.000Z'],
  ])('takes %s', (text, moment) => expect(parseUntil(text, now).toISOString()).toBe(moment))

  it.each([
    ['2026-12-01', /not a moment with its zone/],
    ['2026-12-01T10:00:00', /not a moment with its zone/],
    ['tomorrow', /not a moment with its zone/],
    ['2026-11-31T10:00:00Z', /not a moment with its zone/],
    ['2026-12-01T25:00:00Z', /not a moment with its zone/],
    ['', /not a moment with its zone/],
    ['2026-11-24T13:00:00Z', /less than 1 h ahead \(it is 2026-11-24T12:00:00Z now\)/],
    ['2025-12-01T10:00:00Z', /less than 1 h ahead/],
    ['2026-12-01T12:00:01Z', /more than 7 d ahead/],
  ])('refuses %j, and says what is allowed', (text, why) => {
    const message = expect.stringMatching(new RegExp(`${why.source}.*Allowed: .*2026-12-01T10:00:00Z`))
    expect(() => parseUntil(text, now)).toThrow(expect.objectContaining({ code: 'grace-invalid', message }))
  })

  it('is read back from a rotation’s tag, to whole seconds, beside periods', () => {
    expect(parseGraceOnce('36h')).toEqual(parseGrace('36h'))
    expect(parseGraceOnce('revoke-now')).toEqual(REVOKE_NOW)
    expect(parseGraceOnce('2026-12-01T10:00:00.001Z')).toEqual({
      kind: 'until',
      at: new Date('2026-12-01T10:00:01.000Z'),
    })
    expect(() => parseGraceOnce('2026-99-01')).toThrow(expect.objectContaining({ code: 'grace-invalid' }))
  })
})
