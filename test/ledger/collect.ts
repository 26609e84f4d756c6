import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'

export const ROOT = new URL('../..', import.meta.url).pathname
export const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs')

/** A test as the sources have it: one entry for all cases of an `it.each`, its name with their placeholders. */
export interface Test {
  /** From the repository's root. */
  readonly file: string
  readonly line: number
  /** Names of the groups that it stands in, outermost first, and its own. */
  readonly names: readonly string[]
}

/** Every test of the repository, read from the sources: nothing runs. */
export async function collectTests(): Promise<readonly Test[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-ledger-'))
  try {
    const list = join(folder, 'tests.json')
    await promisify(execFile)(process.execPath, [VITEST, 'list', '--static-parse', `--json=${list}`], { cwd: ROOT })
    const tests = JSON.parse(await readFile(list, 'utf8')) as Listed[]
    return tests.map(({ name, file, location }) => ({
      file: relative(ROOT, file),
      line: location.line,
      names: name.split(' > '),
    }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Listed {
  readonly name: string
  readonly file: string
  readonly location: { readonly line: number }
}

/** What a run said of the tests at a place, over all cases of an `it.each`. */
export type Outcome = 'passed' | 'failed' | 'left out'

export type Outcomes = (test: Test) => Outcome

/** Reads Vitest's JSON report. A test that the report does not know was left out. */
export async function readReport(file: string): Promise<Outcomes> {
  const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Report
  const outcomes = new Map<string, Outcome>()
  for (const { name, assertionResults } of testResults) {
    for (const { status, location } of assertionResults) {
      const place = `${relative(ROOT, name)}:${location?.line}`
      const outcome = status === 'passed' || status === 'failed' ? status : 'left out'
      outcomes.set(place, worse(outcome, outcomes.get(place) ?? outcome))
    }
  }
  return ({ file, line }) => outcomes.get(`${file}:${line}`) ?? 'left out'
}

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly status: string; readonly location?: { readonly line: number } }[]
  }[]
}

const ORDER: readonly Outcome[] = ['passed', 'left out', 'failed']

export const worse = (one: Outcome, other: Outcome): Outcome =>
  ORDER.indexOf(one) > ORDER.indexOf(other) ? one : other
