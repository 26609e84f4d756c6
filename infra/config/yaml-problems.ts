import type { LineCounter, YAMLParseError } from 'yaml'
import type { Problem } from '../../core/errors.ts'

/** These stand alone: what is wrong further down does not come from them. */
const INDEPENDENT: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'is indented with a tab, which YAML does not take. Use spaces',
  DUPLICATE_KEY: 'is a key that stands further up already, in the same place. Keep one of the two',
}

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
 * the first is told.
 */
export function syntaxProblems(errors: readonly YAMLParseError[], lines: LineCounter): readonly Problem[] {
  const upsetting = errors.filter(({ code }) => !(code in INDEPENDENT))
  const first = Math.min(...upsetting.map(({ pos }) => pos[0]))
  const told = errors.filter(({ code, pos }) => (code in INDEPENDENT ? pos[0] <= first : pos[0] === first))
  const problems = new Map(
    told.map(({ code, pos }): [number, Problem] => {
      const { line, col } = lines.linePos(pos[0])
      const message = INDEPENDENT[code] ?? OTHER[code] ?? 'cannot be read as YAML. Look at this line and the one above'
      return [line, { path: '', line, column: Math.max(1, col), message }]
    }),
  )
  return [...problems.values()].sort((one, other) => (one.line ?? 0) - (other.line ?? 0)).slice(0, AT_MOST)
}
