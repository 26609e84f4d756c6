import { z } from 'zod'
import { ServiceError } from '../../protocol/service-error.ts'

/** Members that many operations take. */
export const keyId = z.string().min(1).max(2048)

export const encryptionContext = z.record(z.string(), z.string()).optional()

export const aliasName = z
  .string()
  .max(256)
  .regex(/^alias\/[a-zA-Z0-9/_-]+$/, 'must begin with alias/ and hold letters, digits, / _ and - only')

export const tagList = z
  .array(z.object({ TagKey: z.string().min(1).max(128), TagValue: z.string().max(256) }))
  .default([])

export const tagKeys = z.array(z.string().min(1).max(128))

const MOST_TAGS = 50

/** The tags with a list laid over them. @throws ServiceError TagException, LimitExceededException */
export function withTags(
  present: Readonly<Record<string, string>>,
  list: readonly { TagKey: string; TagValue: string }[],
): Record<string, string> {
  const names = list.map(({ TagKey }) => TagKey)
  if (names.some((name) => name.toLowerCase().startsWith('aws:'))) {
    throw new ServiceError('TagException', 'Tags beginning with aws: are reserved')
  }
  if (new Set(names).size < names.length) throw new ServiceError('TagException', 'Duplicate tag keys')
  const tags = { ...present, ...Object.fromEntries(list.map(({ TagKey, TagValue }) => [TagKey, TagValue])) }
  if (Object.keys(tags).length > MOST_TAGS) {
    throw new ServiceError('LimitExceededException', `A key can have at most ${MOST_TAGS} tags.`)
  }
  return tags
}

export const page = {
  Limit: z.int().min(1).max(1_000).optional(),
  Marker: z.string().optional(),
}
