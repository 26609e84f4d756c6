import { terminal } from '../../core/errors.ts'
import { SecretString } from '../../core/secret-string.ts'

/** Visible ASCII only: what stands in a header as it is, and leaves no room for CR, LF or a second value. */
const HEADER_SAFE = /^[\x21-\x7e]{1,8192}$/

/**
 * The key inside a secret's value: the whole value, or one field of it when it is JSON.
 * @throws KeyturnError `key-malformed` (terminal) when the field is missing or the key could not stand in a header
 */
export function readKeyValue(value: SecretString, field?: string): SecretString {
  const text = field === undefined ? readWhole(value.reveal()) : readField(value.reveal(), field)
  if (!HEADER_SAFE.test(text)) {
    throw terminal(
      'key-malformed',
      'The key is empty, too long, or holds a space, line break or non-ASCII character. Put a value of 1 to 8192 visible ASCII characters, without a line break at its end.',
    )
  }
  return new SecretString(text)
}

/** A list or an object of keys would pass for one long key. */
function readWhole(text: string): string {
  if (!/^[[{]/.test(text) || !isJson(text)) return text
  throw terminal('key-malformed', 'The value is a JSON document. Name the field that holds the key (setting `field`).')
}

function readField(text: string, field: string): string {
  const found = parseObject(text)?.[field]
  if (typeof found === 'string') return found
  throw terminal('key-malformed', `The value is not a JSON object with a text field ${JSON.stringify(field)}.`)
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return Object.fromEntries(Object.entries(value))
  } catch {
    // The parser's own message quotes the text, which is a secret.
    return undefined
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
