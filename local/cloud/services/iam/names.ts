import { z } from 'zod'
import type { Random } from '../../../../core/random.ts'

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const NAME = /^[\w+=,.@-]+$/

export const roleName = z.string().min(1).max(64).regex(NAME, 'only letters, digits and +=,.@_-')
export const policyName = z.string().min(1).max(128).regex(NAME, 'only letters, digits and +=,.@_-')
export const path = z
  .string()
  .max(512)
  .regex(/^\/(?:[!-~]+\/)?$/, 'a path begins and ends with /')
  .default('/')
export const tags = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) })).max(50)

export const tagRecord = (list: z.infer<typeof tags>): Record<string, string> =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]))
export const tagList = (record: Readonly<Record<string, string>>): { Key: string; Value: string }[] =>
  Object.entries(record).map(([Key, Value]) => ({ Key, Value }))

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** `AROA…` for roles, `ANPA…` for policies. */
export const uniqueId = (prefix: 'AROA' | 'ANPA', random: Random): string =>
  prefix + Array.from({ length: 17 }, () => ALPHABET[random.int(ALPHABET.length)]).join('')
