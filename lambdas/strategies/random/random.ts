import { SecretString } from '../../../core/secret-string.ts'
import type { Strategy } from '../strategy.ts'
import { FORMATS, params, type RandomParams } from './params.ts'
import { generate } from './value.ts'

/** A secret that nobody issues: a password, a signing secret, a token that two of your own services share. */
export const random = {
  kind: 'random',
  family: 'generated',
  network: 'none',
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
} satisfies Strategy<RandomParams>
