import type { LineCounter, YAMLParseError } from 'yaml'
import type { Problem } from '../../core/errors.ts'

const TAB = 'is indented with a tab, which YAML does not take. Use spaces'
const TWICE = 'is a key that stands further up already, in the same place. Keep one of the two'

const OTHER: Readonly<Record<string, string>> = {
  BAD_INDENT: 'is not indented as what it belongs to, or a bracket before it is not closed',
  MISSING_CHAR: 'comes where a quote, bracket, comma or "-" is missing',
  MULTIPLE_DOCS: "begins a second document (---). A stack's file is one",
  BLOCK_AS_IMPLICIT_KEY: 'is a "name: value" inside another value. Put it on a line of its own, or the value in quotes',
  MULTILINE_IMPLICIT_KEY: 'is text where "name: value" must stand',
}

/** More are of no help: whoever has so many has another file in hand. */
const AT_MOST = 20

/**
 * What is wrong with a file's YAML, by line and column, without a word of it. Of mistakes that upset what follows only
 * the first is told; a tab is such a mistake, and seldom alone.
 */
export function syntaxProblems(
  text: string,
  errors: readonly YAMLParseError[],
  lines: LineCounter,
): readonly Problem[] {
  const upsetting = errors.filter(({ code }) => code !== 'DUPLICATE_KEY')
  const first = upsetting.find(({ pos }) => pos[0] === Math.min(...upsetting.map(({ pos }) => pos[0])))
  const twice = errors.filter(({ code, pos }) => code === 'DUPLICATE_KEY' && pos[0] < (first?.pos[0] ?? text.length))
  const told = [...twice.map(({ pos }): Told => [pos[0], TWICE]), ...(first ? upset(first, text) : [])]
  const byLine = new Map(
    told.map(([offset, message]): [number, Problem] => {
      const { line, col } = lines.linePos(offset)
      return [line, { path: '', line, column: Math.max(1, col), message }]
    }),
  )
  return [...byLine.values()].sort((one, other) => (one.line ?? 0) - (other.line ?? 0)).slice(0, AT_MOST)
}

type Told = readonly [offset: number, message: string]

function upset({ code, pos }: YAMLParseError, text: string): readonly Told[] {
  if (code === 'TAB_AS_INDENT') return [...text.matchAll(/^ *\t/gm)].map(({ index }) => [index, TAB])
  return [[pos[0], OTHER[code] ?? 'cannot be read as YAML. Look at this line and the one above']]
}
