import type { Random } from '../../../core/random.ts'
import type { RandomParams } from './params.ts'

/** A text of a format, each as likely as any other. */
export function generate(source: Random, format: RandomParams['format'], length: number): string {
  switch (format) {
    case 'uuid':
      return source.uuid()
    case 'hex':
      return Buffer.from(source.bytes(length / 2)).toString('hex')
    case 'base64url':
      return Buffer.from(source.bytes(length)).toString('base64url').slice(0, length)
    case 'alphanumeric':
      return pick(source, ALPHANUMERIC, length)
    case 'password':
      return password(source, length)
  }
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
/** Symbols that need no escaping in URLs, shells, YAML, .env files and SQL literals: others break connection strings. */
const SYMBOLS = '-_.~'
const ALPHANUMERIC = LOWER + UPPER + DIGITS
const PASSWORD = ALPHANUMERIC + SYMBOLS

const pick = (source: Random, alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[source.int(alphabet.length)]).join('')

/** Draws whole passwords until one has every class, which keeps the distribution uniform over those that do. */
function password(source: Random, length: number): string {
  const classes = [LOWER, UPPER, DIGITS, SYMBOLS]
  for (;;) {
    const candidate = pick(source, PASSWORD, length)
    if (classes.every((alphabet) => [...candidate].some((character) => alphabet.includes(character)))) return candidate
  }
}
