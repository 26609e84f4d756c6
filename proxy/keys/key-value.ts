import { KeyturnError } from '../../core/errors.ts'
import { SecretString } from '../../core/secret-string.ts'

/**
 * The characters of a `token68`, in which RFC 9110 §11.2 lets a credential be written, and the colon that some keys have
 * (Telegram's). Neither a list, nor a quoted or assigned value (`KEY=sk-…`), nor a second header fits in.
 */
const KEY = /^[A-Za-z0-9._~+/:-]+=*$/
const MAX_LENGTH = 8_192

const ALLOWED = 'Put one key of letters, digits and . _ ~ + / : - (at its end also =), at most 8192 characters.'

/**
 * The key inside a secret's value: the whole value, or one field of it when it is JSON.
 * @throws KeyturnError `key-malformed` (needs-human) when the field is missing or what is there is not one bare key
 */
export function readKeyValue(value: SecretString, field?: string): SecretString {
  const text = field === undefined ? readWhole(value.reveal()) : readField(value.reveal(), field)
  const problem = problemOf(text)
  if (problem) throw new KeyturnError('key-malformed', `${problem} ${ALLOWED}`)
  return new SecretString(text)
}

/** What is wrong, by kind and without a character of it. */
function problemOf(text: string): string | undefined {
  if (text === '') return 'The key is empty.'
  if (text.length > MAX_LENGTH) return 'The key is too long.'
  if (/^(?:bearer|basic)(?:\s|:|$)/i.test(text)) return 'The key begins with the name of a scheme; put the key alone.'
  if (/^["'`]|["'`]$/.test(text)) return 'The key is in quotes; put it without them.'
  if (/[\r\n]$/.test(text)) return 'The key has a line break at its end.'
  if (/[,;|]/.test(text)) return 'The value looks like a list of keys.'
  if (/\s/.test(text)) return 'The key holds a space or a line break.'
  if (/^[A-Za-z_]\w*=[^=]/.test(text)) return 'The value looks like an assignment; put the key alone.'
  return KEY.test(text) ? undefined : 'The key holds a character that no key has.'
}

/** A list or an object of keys would pass for one long key. */
function readWhole(text: string): string {
  if (!/^[[{]/.test(text) || !isJson(text)) return text
  throw new KeyturnError(
    'key-malformed',
    'The value is a JSON document. Name the field that holds the key (setting `field`).',
  )
}

function readField(text: string, field: string): string {
  const found = parseObject(text)?.[field]
  if (typeof found === 'string') return found
  throw new KeyturnError('key-malformed', `The value is not a JSON object with a text field ${JSON.stringify(field)}.`)
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
