import type { Random } from '../../core/random.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Uniform alphanumeric text. */
export const randomText = (random: Random, length: number): string =>
  Array.from({ length }, () => ALPHABET[random.int(ALPHABET.length)]).join('')
