import { type KeyturnError, ProblemsError, whereOf } from './errors.ts'

/**
 * An error as a person reads it, with its code: mistakes that have a place in a file are set below each other, each with
 * its place on a line of its own and its text within `width` columns.
 */
export function printError(error: KeyturnError, width = 80): string {
  if (!(error instanceof ProblemsError) || error.problems.every(({ file }) => file === undefined)) {
    return `${error.message} [${error.code}]`
  }
  const told = error.problems.map(
    (problem) => `\n${whereOf(problem).join('  ')}\n${fold(problem.message, width, '  ')}`,
  )
  return [`${error.heading.replace(/:$/, '')} [${error.code}]:`, ...told].join('\n')
}

/** Breaks at spaces; a word that is longer than a line, such as a path, stays whole. */
export function fold(text: string, width: number, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line].join('\n')
}
