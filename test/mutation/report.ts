import { readFile } from 'node:fs/promises'
import { REASONS, type Reason } from './survivors.ts'

/** One changed piece of source. */
export interface Mutant {
  readonly file: string
  readonly line: number
  /** The piece as it stands in the source. */
  readonly was: string
  readonly becomes: string
  readonly state: 'noticed' | 'unnoticed' | 'not run' | 'void'
}

/** Reads Stryker's JSON report. `void` is a change that no compiler or runtime takes. */
export async function readMutants(report: string): Promise<readonly Mutant[]> {
  const { files } = JSON.parse(await readFile(report, 'utf8')) as Report
  return Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants.map(({ status, location: { start, end }, replacement = '' }) => ({
      file,
      line: start.line,
      was: pieceOf(source, start, end),
      becomes: replacement,
      state: STATES[status] ?? 'void',
    })),
  )
}

const STATES: Readonly<Record<string, Mutant['state']>> = {
  Killed: 'noticed',
  Timeout: 'noticed',
  Survived: 'unnoticed',
  NoCoverage: 'not run',
}

interface Place {
  readonly line: number
  readonly column: number
}

interface Report {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string
        readonly mutants: readonly {
          readonly status: string
          readonly replacement?: string
          readonly location: { readonly start: Place; readonly end: Place }
        }[]
      }
    >
  >
}

function pieceOf(source: string, start: Place, end: Place): string {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  const last = lines.length - 1
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1)
  lines[0] = (lines[0] ?? '').slice(start.column - 1)
  return lines.join('\n')
}

export interface Score {
  readonly noticed: number
  readonly all: number
  /** In percent, rounded down to a tenth. */
  readonly percent: number
}

/** How many of the changes a test noticed. One that no test runs counts as not noticed. */
export function scoreOf(mutants: readonly Mutant[]): Score {
  const all = mutants.filter(({ state }) => state !== 'void').length
  const noticed = mutants.filter(({ state }) => state === 'noticed').length
  return { noticed, all, percent: all === 0 ? 100 : Math.floor((noticed / all) * 1_000) / 10 }
}

export const survivorsOf = (mutants: readonly Mutant[]): readonly Mutant[] =>
  mutants.filter(({ state }) => state === 'unnoticed' || state === 'not run')

export const reasonFor = ({ file, was, becomes }: Mutant): Reason | undefined =>
  REASONS.find(
    (reason) =>
      reason.file === file &&
      was.startsWith(reason.was) &&
      (reason.becomes === undefined || becomes.startsWith(reason.becomes)),
  )

/** Reasons, of the files that were mutated, for a survivor that is none any more. */
export function idleReasons(mutants: readonly Mutant[]): readonly Reason[] {
  const used = new Set(survivorsOf(mutants).map(reasonFor))
  const files = new Set(mutants.map(({ file }) => file))
  return REASONS.filter((reason) => files.has(reason.file) && !used.has(reason))
}
