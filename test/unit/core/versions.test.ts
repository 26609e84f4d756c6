import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { graceLabel } from '../../../core/grace.ts'
import { countLabels, readKeySet } from '../../../core/versions.ts'

const NOW = new Date('2026-11-22T10:00:00Z')
const at = (hours: number): string => graceLabel(new Date(NOW.getTime() + hours * 3_600_000))

describe('key set read from labels', () => {
  it('is empty for a secret without versions', () => {
    expect(readKeySet({}, NOW)).toEqual({
      current: undefined,
      pending: undefined,
      grace: [],
      expired: [],
      malformed: [],
      unordered: [],
    })
  })

  it('B3 accepts several old versions at once, each until its own deadline', () => {
    const versions = { d: ['AWSCURRENT'], c: ['AWSPREVIOUS', at(5)], b: [at(2)], a: [at(-1)] }
    const set = readKeySet(versions, NOW)
    expect(set.current).toBe('d')
    expect(set.grace.map(({ versionId }) => versionId)).toEqual(['c', 'b'])
    expect(set.expired.map(({ versionId }) => versionId)).toEqual(['a'])
    const later = readKeySet(versions, new Date(NOW.getTime() + 3 * 3_600_000))
    expect(later.grace.map(({ versionId }) => versionId)).toEqual(['c'])
    expect(later.expired.map(({ versionId }) => versionId)).toEqual(['a', 'b'])
  })

  it('does not accept AWSPREVIOUS without a grace label', () => {
    expect(readKeySet({ b: ['AWSCURRENT'], a: ['AWSPREVIOUS'] }, NOW).grace).toEqual([])
  })

  it('takes AWSPENDING on the current version for no pending version at all', () => {
    expect(readKeySet({ a: ['AWSCURRENT', 'AWSPENDING'] }, NOW)).toMatchObject({ current: 'a', pending: undefined })
    expect(readKeySet({ a: ['AWSCURRENT'], b: ['AWSPENDING'] }, NOW)).toMatchObject({ current: 'a', pending: 'b' })
  })

  it('never counts a current or pending version as old, whatever label was left on it', () => {
    const set = readKeySet({ a: ['AWSCURRENT', at(-5)], b: ['AWSPENDING', at(5), 'GRACE-UNTIL-x'] }, NOW)
    expect(set).toEqual({ current: 'a', pending: 'b', grace: [], expired: [], malformed: [], unordered: [] })
  })

  it('B2 fails closed on a malformed label, even beside a good one', () => {
    const set = readKeySet({ a: ['GRACE-UNTIL-soon', at(5)], b: ['GRACE-UNTIL-20260231T000000Z'] }, NOW)
    expect(set.grace).toEqual([])
    expect(set.expired).toEqual([])
    expect(set.malformed.map(({ versionId }) => versionId)).toEqual(['a', 'b'])
  })

  it('B2 refuses, and reports, a deadline further ahead than the longest grace', () => {
    const set = readKeySet({ a: ['GRACE-UNTIL-20990101T000000Z'], b: [at(7 * 24)], c: [at(7 * 24 + 1)] }, NOW)
    expect(set.grace.map(({ versionId }) => versionId)).toEqual(['b'])
    expect(set.malformed).toEqual([
      { versionId: 'a', labels: ['GRACE-UNTIL-20990101T000000Z'], problem: 'too-far' },
      { versionId: 'c', labels: [at(7 * 24 + 1)], problem: 'too-far' },
    ])
    expect(set.expired).toEqual([])
  })

  it('B2 takes a label that a clock a little ahead has written, and holds each to the earliest deadline', () => {
    const ahead = graceLabel(new Date(NOW.getTime() + 7 * 24 * 3_600_000 + 4 * 60_000))
    expect(readKeySet({ a: [ahead], b: [at(1), 'GRACE-UNTIL-20990101T000000Z'] }, NOW).grace).toHaveLength(2)
  })

  it('B19 names the version that a hand has replaced: AWSPREVIOUS and no deadline', () => {
    const all = { c: ['AWSCURRENT'], b: ['AWSPREVIOUS'], a: ['AWSPREVIOUS', at(1)], p: ['AWSPENDING', 'AWSPREVIOUS'] }
    expect(readKeySet(all, NOW).unordered).toEqual(['b'])
  })

  it('reports nothing of a version without a label that says anything, as SUPPLIED is', () => {
    const { unordered, malformed, expired, grace } = readKeySet({ c: ['AWSCURRENT'], s: ['SUPPLIED'], n: [] }, NOW)
    expect([unordered, malformed, expired, grace]).toEqual([[], [], [], []])
  })

  it('says of a label that cannot be believed why, wherever it stands among the others', () => {
    const far = 'GRACE-UNTIL-20990101T000000Z'
    const { malformed, grace } = readKeySet({ a: ['GRACE-UNTIL-x', at(1)], b: [at(1), 'GRACE-UNTIL-x'], c: [far] }, NOW)
    expect(malformed).toEqual([
      { versionId: 'a', labels: ['GRACE-UNTIL-x', at(1)], problem: 'unreadable' },
      { versionId: 'b', labels: [at(1), 'GRACE-UNTIL-x'], problem: 'unreadable' },
      { versionId: 'c', labels: [far], problem: 'too-far' },
    ])
    expect(grace).toEqual([])
  })

  it('lists the longest-lived first, those that are over longest first, and equal ones by their ids', () => {
    const all = { b: [at(2)], a: [at(2)], d: [at(5)], c: [at(1)], y: [at(-3)], z: [at(-9)], x: [at(-3)] }
    const { grace, expired } = readKeySet(all, NOW)
    expect(grace.map(({ versionId }) => versionId)).toEqual(['d', 'b', 'a', 'c'])
    expect(expired.map(({ versionId }) => versionId)).toEqual(['z', 'x', 'y'])
  })

  it('lets the earliest of several deadlines decide', () => {
    expect(readKeySet({ a: [at(5), at(-1)] }, NOW).expired).toHaveLength(1)
  })

  const labels = fc.constantFrom(
    'AWSCURRENT',
    'AWSPENDING',
    'AWSPREVIOUS',
    'SUPPLIED',
    at(-2),
    at(0),
    at(1),
    at(30),
    'GRACE-UNTIL-x',
  )
  /** As Secrets Manager keeps them: a label sits on one version. */
  const versions = fc
    .array(fc.tuple(labels, fc.constantFrom('a', 'b', 'c', 'd', 'e')), { maxLength: 12 })
    .map((pairs) => {
      const byLabel = new Map(pairs)
      const all: Record<string, string[]> = {}
      for (const [label, id] of byLabel) all[id] = [...(all[id] ?? []), label]
      return all
    })

  it('puts every version into one class at most, and accepts nothing without a reason', () => {
    fc.assert(
      fc.property(versions, fc.integer({ min: -100, max: 100 }), (all, hours) => {
        const now = new Date(NOW.getTime() + hours * 3_600_000)
        const set = readKeySet(all, now)
        const classes = [
          ...[set.current, set.pending].filter((id) => id !== undefined),
          ...[...set.grace, ...set.expired, ...set.malformed].map(({ versionId }) => versionId),
        ]
        expect(new Set(classes).size).toBe(classes.length)
        for (const { versionId, deadline } of set.grace) {
          expect(deadline.getTime()).toBeGreaterThan(now.getTime())
          expect(all[versionId]?.some((label) => label.startsWith('GRACE-UNTIL-'))).toBe(true)
        }
      }),
    )
  })

  it('only ever shrinks as time passes', () => {
    fc.assert(
      fc.property(versions, fc.nat(50), fc.nat(50), (all, first, more) => {
        const ids = (hours: number): string[] =>
          readKeySet(all, new Date(NOW.getTime() + hours * 3_600_000)).grace.map(({ versionId }) => versionId)
        const before = new Set(ids(first))
        expect(ids(first + more).filter((id) => !before.has(id))).toEqual([])
      }),
    )
  })

  it('counts labels for the budget', () => {
    expect(countLabels({ a: ['AWSCURRENT'], b: ['AWSPREVIOUS', at(1)] })).toBe(3)
  })
})
