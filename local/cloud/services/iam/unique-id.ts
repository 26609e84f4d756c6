import type { Random } from '../../../../core/random.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** `AROA…` for roles, `ANPA…` for policies. */
export const uniqueId = (prefix: 'AROA' | 'ANPA', random: Random): string =>
  prefix + Array.from({ length: 17 }, () => ALPHABET[random.int(ALPHABET.length)]).join('')
