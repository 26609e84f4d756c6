import * as z from 'zod'
import type { Random } from '../../core/random.ts'
import { SecretString } from '../../core/secret-string.ts'
import type { Strategy } from './strategy.ts'

/** Shortest length that each format may have: at least 95 bits, and 128 where a machine alone reads it. */
const FORMATS = {
  password: { minimum: 16, standard: 32 },
  alphanumeric: { minimum: 22, standard: 32 },
  hex: { minimum: 32, standard: 64 },
  base64url: { minimum: 22, standard: 43 },
  uuid: { minimum: 36, standard: 36 },
} as const

const MAX_LENGTH = 1024
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
/** Symbols that need no escaping in URLs, shells, YAML, .env files and SQL literals: others break connection strings. */
const SYMBOLS = '-_.~'
const ALPHANUMERIC = LOWER + UPPER + DIGITS
const PASSWORD = ALPHANUMERIC + SYMBOLS

const params = z
  .strictObject({
    format: z.enum(['password', 'alphanumeric', 'hex', 'base64url', 'uuid']).default('password'),
    /** Characters. */
    length: z.int().max(MAX_LENGTH).optional(),
  })
  .superRefine(({ format, length }, context) => {
    const { minimum } = FORMATS[format]
    if (length !== undefined && length < minimum) {
      context.addIssue({ code: 'custom', path: ['length'], message: `${format} needs ${minimum} characters or more` })
    }
    if (format === 'uuid' && length !== undefined && length !== 36) {
      context.addIssue({ code: 'custom', path: ['length'], message: 'a uuid has 36 characters; leave length out' })
    }
    if (format === 'hex' && length !== undefined && length % 2 === 1) {
      context.addIssue({
        code: 'custom',
        path: ['length'],
        message: 'hex has two characters a byte: use an even length',
      })
    }
  })

export type RandomParams = z.infer<typeof params>

/** A secret that nobody issues: a password, a signing secret, a token that two of your own services share. */
export const random: Strategy<RandomParams> = {
  kind: 'random',
  family: 'generated',
  supply: 'never',
  params,
  permissions: () => [],
  checkValue: (value, { format, length }) => {
    const expected = length ?? FORMATS[format].standard
    if (value.length < FORMATS[format].minimum) return `a ${format} value has ${expected} characters`
    return undefined
  },
  create: async ({ params: { format, length }, random: source }) =>
    new SecretString(generate(source, format, length ?? FORMATS[format].standard)),
}

function generate(source: Random, format: RandomParams['format'], length: number): string {
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
