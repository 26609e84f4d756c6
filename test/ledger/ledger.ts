import { claimsOf, withoutClaims } from './claims.ts'
import { type Outcomes, type Test, worse } from './collect.ts'
import { ROWS, type Row } from './rows.ts'

export interface LedgerRow extends Row {
  readonly state: 'proven' | 'in part' | 'not proven yet' | 'FAILS' | 'not run'
  /** Files that hold tests of the row, each with what it shows: the name of a group whose name claims the row, or of a test. */
  readonly proofs: readonly { readonly file: string; readonly shows: readonly string[] }[]
}

/** What the tests say of each row. */
export function readLedger(tests: readonly Test[], outcomes: Outcomes): readonly LedgerRow[] {
  return ROWS.map((row) => {
    const proving = tests.filter(({ names }) => claims(names, row.id))
    const outcome = proving.map(outcomes).reduce(worse, 'passed')
    return { ...row, state: stateOf(row, proving, outcome), proofs: proofsOf(proving, row.id) }
  })
}

const claims = (names: readonly string[], id: string): boolean =>
  names.some((name) => claimsOf(name).some((claim) => claim.id === id))

function stateOf(row: Row, proving: readonly Test[], outcome: ReturnType<Outcomes>): LedgerRow['state'] {
  if (proving.length === 0) return 'not proven yet'
  if (outcome === 'failed') return 'FAILS'
  if (outcome === 'left out') return 'not run'
  return row.lacks === undefined ? 'proven' : 'in part'
}

function proofsOf(proving: readonly Test[], id: string): LedgerRow['proofs'] {
  const files = [...new Set(proving.map(({ file }) => file))].sort()
  return files.map((file) => {
    const shown = proving.filter((test) => test.file === file).map(({ names }) => shows(names, id))
    return { file, shows: [...new Set(shown)] }
  })
}

function shows(names: readonly string[], id: string): string {
  const name = names.find((each) => claims([each], id)) ?? ''
  return withoutClaims(name)
}

/** What is wrong between the ids in the tests' names and the rows, a sentence each. */
export function contradictions(tests: readonly Test[]): readonly string[] {
  const names = [...new Set(tests.flatMap((test) => test.names))]
  const claims = names.flatMap((name) => claimsOf(name).map((claim) => ({ name, ...claim })))
  const wrong = claims.flatMap(({ name, id, inPart }) => {
    const row = ROWS.find((each) => each.id === id)
    if (!row) return [`"${name}" names ${id}, which is no row of test/ledger/rows.ts`]
    if (inPart || row.lacks === undefined) return []
    return [`"${name}" claims all of ${id}, which lacks ${row.lacks} (test/ledger/rows.ts): say "part of ${id}"`]
  })
  const unclaimed = ROWS.flatMap(({ id, lacks }) => {
    const own = claims.filter((claim) => claim.id === id)
    if (lacks !== undefined && own.length === 0) return [`${id} says what it lacks, and no test names it`]
    if (lacks === undefined && own.length > 0 && own.every(({ inPart }) => inPart)) {
      return [`every test of ${id} is a part of it: say in test/ledger/rows.ts what it lacks, or name a test ${id}`]
    }
    return []
  })
  return [...wrong, ...unclaimed]
}
