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
  const rows = new Map(ROWS.map((row) => [row.id, row]))
  const unknown = names.flatMap((name) =>
    claimsOf(name).flatMap(({ id, inPart }) => {
      const row = rows.get(id)
      if (!row) return [`"${name}" names ${id}, which is no row of test/ledger/rows.ts`]
      if (inPart && row.lacks === undefined) {
        return [`"${name}" is part of ${id}: say in test/ledger/rows.ts what ${id} lacks, or drop "part of"`]
      }
      if (!inPart && row.lacks !== undefined) {
        return [`"${name}" claims all of ${id}, which lacks ${row.lacks} (test/ledger/rows.ts): say "part of ${id}"`]
      }
      return []
    }),
  )
  const claimed = new Set(names.flatMap(claimsOf).map(({ id }) => id))
  const idle = ROWS.filter(({ id, lacks }) => lacks !== undefined && !claimed.has(id))
  return [...unknown, ...idle.map(({ id }) => `${id} says what it lacks, and no test names it`)]
}
