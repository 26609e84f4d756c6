import type { Colour, Terminal } from './terminal.ts'

export interface Cell {
  readonly text: string
  readonly colour?: Colour | undefined
}

export interface Column {
  readonly head: string
  readonly cells: readonly Cell[]
}

/** Columns padded to their widest cell, two spaces between; the last column runs free, or is cut where the line ends. */
export function table(columns: readonly Column[], { columns: width, paint }: Terminal): string {
  const widths = columns.map(widthOf)
  const line = (cells: readonly Cell[]): string => {
    let left = width ?? Number.POSITIVE_INFINITY
    return cells
      .map(({ text, colour }, index) => {
        const last = index === cells.length - 1
        const shown = last ? cut(text, left) : text.padEnd(widths[index] ?? 0)
        left -= shown.length + 2
        return colour === undefined || text === '' ? shown : paint(colour, shown)
      })
      .join('  ')
      .trimEnd()
  }
  const rows = Array.from({ length: columns[0]?.cells.length ?? 0 }, (_, row) =>
    line(columns.map(({ cells }) => cells[row] ?? { text: '' })),
  )
  return [line(columns.map(({ head }) => ({ text: head, colour: 'bold' }))), ...rows].join('\n')
}

/**
 * The first of several ways to show the same that fits the terminal; the last one where none does, and the first where
 * nothing has to fit.
 */
export function fitting(ways: readonly (() => readonly Column[])[], { columns: width }: Terminal): readonly Column[] {
  let columns: readonly Column[] = []
  for (const way of ways) {
    columns = way()
    if (width === undefined || columns.reduce((sum, column) => sum + widthOf(column) + 2, -2) <= width) break
  }
  return columns
}

/**
 * Pairs of a name and a text, the texts below each other; one that is too long goes on in the next line, at a space.
 */
export function pairs(
  rows: readonly (readonly [string, string, (Colour | undefined)?])[],
  { columns, paint }: Terminal,
): string {
  const indent = Math.max(...rows.map(([name]) => name.length)) + 2
  return rows
    .map(([name, text, colour]) => {
      const lines = columns === undefined ? [text] : wrapped(text, columns - indent)
      const shown = lines.map((line) => (colour === undefined ? line : paint(colour, line)))
      return name.padEnd(indent) + shown.join(`\n${' '.repeat(indent)}`)
    })
    .join('\n')
}

const widthOf = ({ head, cells }: Column): number => Math.max(head.length, ...cells.map(({ text }) => text.length))

const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/(?<= )(?=\S)/)) {
    const last = lines.at(-1)
    if (last !== undefined && (last + word).trimEnd().length <= width) lines[lines.length - 1] = last + word
    else lines.push(word)
  }
  return lines.map((line) => line.trimEnd())
}
