const MAX_DEPTH = 4
const MAX_FIELDS = 20

/**
 * What a JSON document looks like, without one of its values: `{id: text, api_key: {value: text}}`. Names that could be
 * values themselves are left out.
 */
export function shapeOf(document: unknown, depth = 0): string {
  if (document === undefined) return 'not JSON'
  if (document === null) return 'null'
  if (Array.isArray(document)) {
    return document.length === 0 || depth >= MAX_DEPTH ? '[…]' : `[${shapeOf(document[0], depth + 1)}, …]`
  }
  if (typeof document === 'object') {
    if (depth >= MAX_DEPTH) return '{…}'
    const entries = Object.entries(document)
    const fields = entries
      .slice(0, MAX_FIELDS)
      .map(([name, value]) => `${isPlainName(name) ? name : '…'}: ${shapeOf(value, depth + 1)}`)
    return `{${fields.join(', ')}${entries.length > MAX_FIELDS ? ', …' : ''}}`
  }
  return typeof document === 'string' ? 'text' : typeof document
}

/** A word or a few, as programmers name fields; an id or a key used as a name has digits or runs longer than that. */
const isPlainName = (name: string): boolean => /^[A-Za-z_][A-Za-z_-]{0,39}$/.test(name) && !/[A-Za-z]{21}/.test(name)
