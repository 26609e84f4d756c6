/** Words for the end of a command's help, fitted to the terminal when they are shown, as commander fits its own. */
export function fitted(text: string): () => string {
  return () => fitTo(text, process.stdout.columns || 80)
}

/**
 * Wraps each line of prose, and puts what is said of examples on lines above them where it does not fit beside one. A
 * command itself is never wrapped, so that it can be copied.
 *
 * @example
 * fitTo('  $ keyturn status  # all', 20) // '  # all\n  $ keyturn status'
 */
export function fitTo(text: string, width: number): string {
  const lines = text.split('\n')
  const above = lines.some((line) => EXAMPLE.test(line) && line.length > width)
  return lines
    .flatMap((line) => {
      const [, indent = '', command, comment] = EXAMPLE.exec(line) ?? []
      if (command === undefined) return wrap(line, width)
      if (!above || comment === undefined) return [line]
      return [...wrap(`${indent}# ${comment}`, width, `${indent}# `), `${indent}${command}`]
    })
    .join('\n')
}

/** `  $ keyturn status   # what it does`, with or without what it does. */
const EXAMPLE = /^(\s*)(\$ .*?)(?:\s+# (.*))?$/

function wrap(line: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = []
  for (const word of line.split(/(?<=\S) +/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(last === undefined ? word : indent + word)
  }
  return lines
}
