import { describe, expect, it } from 'vitest'
import { problems, report } from '../../../../local/demo/report.ts'
import type { Traffic } from '../../../../local/demo/traffic.ts'

const check = (passed: boolean) => ({
  claim: 'old client key refused after its grace',
  passed,
  seen: passed ? 'after 9 ms' : 'still accepted',
})

function traffic(overrides: Partial<Traffic> = {}): Traffic {
  return { requests: 1_500, streams: 300, plain: 1_200, failures: [], stop: async () => {}, ...overrides }
}

const failure = {
  at: '2026-11-22T10:00:00.000Z',
  what: 'plain HTTP, /openai',
  consumer: 'late',
  reason: 'HTTP 401: key_unknown',
}

describe('the verdict of the demo', () => {
  it('is good when everything was reached and nothing failed', () => {
    expect(problems({ rotations: 12, checks: [check(true)] }, traffic())).toEqual([])
  })

  it('brings the evidence of a single failed request', () => {
    const found = problems({ rotations: 12, checks: [check(true)] }, traffic({ failures: [failure] }))
    expect(found).toEqual(['2026-11-22T10:00:00.000Z plain HTTP, /openai (late consumer): HTTP 401: key_unknown'])
  })

  it('bounds the evidence of many and says how many more there were', () => {
    const found = problems(
      { rotations: 12, checks: [] },
      traffic({ failures: Array.from({ length: 25 }, () => failure) }),
    )
    expect(found).toHaveLength(21)
    expect(found[20]).toBe('… and 5 more failed requests')
  })

  it('fails on a check that did not hold', () => {
    expect(problems({ rotations: 12, checks: [check(false)] }, traffic())).toEqual([
      'old client key refused after its grace: still accepted',
    ])
  })

  it.each([
    ['requests', traffic({ requests: 999 }), 12],
    ['streams', traffic({ streams: 199 }), 12],
    ['rotations', traffic(), 9],
  ])('fails when there were too few %s', (what, few, rotations) => {
    expect(problems({ rotations, checks: [] }, few)).toEqual([expect.stringContaining(what)])
  })

  it('prints every figure that it promises', () => {
    const served = {
      upstream: new Map([['openai 1a2b3c4d', 700]]),
      client: new Map([['9f8e7d6c (grace)', 40]]),
      replayed: 3,
      added: { median: 0.4, p99: 2, slowest: 9.87 },
    }
    const text = report({ rotations: 12, checks: [check(true)] }, traffic(), served)
    for (const figure of [
      '1500',
      '300',
      '1200',
      '12',
      '9.87 ms',
      'openai 1a2b3c4d',
      '9f8e7d6c (grace)',
      '1 of 1',
      'after 9 ms',
    ]) {
      expect(text).toContain(figure)
    }
  })
})
