import * as z from 'zod'

/** Shortest length that each format may have: at least 95 bits, and 128 where a machine alone reads it. */
export const FORMATS = {
  password: { minimum: 16, standard: 32 },
  alphanumeric: { minimum: 22, standard: 32 },
  hex: { minimum: 32, standard: 64 },
  base64url: { minimum: 22, standard: 43 },
  uuid: { minimum: 36, standard: 36 },
} as const

const MAX_LENGTH = 1024

export const params = z
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
