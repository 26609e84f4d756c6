import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { claimsOf, withoutClaims } from '../../ledger/claims.ts'
import { collectTests, ROOT, type Test } from '../../ledger/collect.ts'
import { contradictions, readLedger } from '../../ledger/ledger.ts'
import { ledgerPage } from '../../ledger/page.ts'
import { ROWS } from '../../ledger/rows.ts'

let tests: readonly Test[]

beforeAll(async () => {
  tests = await collectTests()
})

describe('the ledger', () => {
  it('has a row for every id in a test’s name, and each name says whether it shows the row or a part of it', () => {
    expect(tests.length).toBeGreaterThan(1_000)
    expect(contradictions(tests)).toEqual([])
  })

  it('stands in docs/ledger.md as the tests’ names are now, every test passing (npm run ledger -- --as-passed writes it)', async () => {
    const page = ledgerPage(readLedger(tests, () => 'passed'))
    expect(await readFile(join(ROOT, 'docs/ledger.md'), 'utf8')).toBe(page)
  })

  it('has each row once', () => {
    const ids = ROWS.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
  })

  it('says of a row that a test fails, that one was left out, and that none stands for it', () => {
    const test = (name: string): Test => ({ file: 'test/some.test.ts', line: 1, names: ['some group', name] })
    const stateOf = (id: string, outcome: 'passed' | 'failed' | 'left out', ...names: string[]) =>
      readLedger(names.map(test), () => outcome).find((row) => row.id === id)?.state
    expect(stateOf('B1', 'passed', 'B1 completes')).toBe('proven')
    expect(stateOf('C4', 'passed', 'part of C4: passes')).toBe('in part')
    expect(stateOf('B1', 'failed', 'B1 completes')).toBe('FAILS')
    expect(stateOf('C4', 'failed', 'part of C4: passes')).toBe('FAILS')
    expect(stateOf('B1', 'left out', 'B1 completes')).toBe('not run')
    expect(stateOf('B1', 'passed', 'B10 completes')).toBe('not proven yet')
  })

  it('finds names that claim too much, too little, or what is no row', () => {
    const test = (name: string): Test => ({ file: 'test/some.test.ts', line: 1, names: [name] })
    const names = [
      'C4: all of it',
      'part of B1: some of it',
      'part of B2: some of it',
      'B2: the rest',
      'C99: something',
    ]
    const found = contradictions(names.map(test))
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/"C4: all of it" claims all of C4, which lacks WebSocket/),
        expect.stringMatching(/every test of B1 is a part of it: say in test\/ledger\/rows.ts what it lacks/),
        expect.stringMatching(/names C99, which is no row/),
      ]),
    )
    expect(found.filter((each) => /\bB2\b/.test(each))).toEqual([])
  })
})

describe('ids in names', () => {
  it.each([
    ['B1 a rotation', 'B1', 'a rotation'],
    ['B20, part of D: end', 'B20 ~D', 'end'],
    ['part of C4: the head passes', '~C4', 'the head passes'],
    ['B2 B4 revoke-now', 'B2 B4', 'revoke-now'],
    ['a schedule (A4, part of A5)', 'A4 ~A5', 'a schedule'],
    ['E: a taken port', 'E', 'a taken port'],
    ['applyStack (E)', 'E', 'applyStack'],
    ['D without a colon', '', 'D without a colon'],
    ['the path /openai/%E2%82%AC', '', 'the path /openai/%E2%82%AC'],
    ['cron(0 3 ? * SUN#1 *)', '', 'cron(0 3 ? * SUN#1 *)'],
  ])('of "%s" are "%s"', (name, ids, rest) => {
    expect(
      claimsOf(name)
        .map(({ id, inPart }) => (inPart ? `~${id}` : id))
        .join(' '),
    ).toBe(ids)
    expect(withoutClaims(name)).toBe(rest)
  })
})
