import { z } from 'zod'
import type { Cloud } from '../../cloud.ts'
import type { SecretRecord } from './state.ts'

export const filterList = z
  .array(
    z.object({
      Key: z.enum(['description', 'name', 'tag-key', 'tag-value', 'primary-region', 'owning-service', 'all']),
      Values: z.array(z.string().max(512)).min(1).max(10),
    }),
  )
  .max(10)
  .default([])

export type FilterList = z.output<typeof filterList>

/**
 * Whether a secret passes every filter, of which each passes by any of its values. A value is a prefix, or for
 * `description` and `all` one or more words; `!` before it turns it round.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html
 */
export function passes(cloud: Cloud, secret: SecretRecord, filters: FilterList): boolean {
  return filters.every(({ Key, Values }) => {
    const negated = Values.filter((value) => value.startsWith('!')).map((value) => value.slice(1))
    const wanted = Values.filter((value) => !value.startsWith('!'))
    const fits = (value: string): boolean => matches(cloud, secret, Key, value)
    return (wanted.length === 0 || wanted.some(fits)) && !negated.some(fits)
  })
}

function matches(cloud: Cloud, secret: SecretRecord, key: FilterList[number]['Key'], value: string): boolean {
  const begins = (text: string): boolean => text.startsWith(value)
  switch (key) {
    case 'name':
      return begins(secret.name)
    case 'description':
      return hasWords(secret.description ?? '', value)
    case 'tag-key':
      return Object.keys(secret.tags).some(begins)
    case 'tag-value':
      return Object.values(secret.tags).some(begins)
    case 'primary-region':
      return begins(cloud.region)
    case 'owning-service':
      return value === ''
    case 'all':
      return hasWords([secret.name, secret.description ?? '', ...Object.entries(secret.tags).flat()].join(' '), value)
  }
}

/** Whether each word of `value` begins one of the text, in whatever case. */
function hasWords(text: string, value: string): boolean {
  const words = wordsOf(text)
  const wanted = wordsOf(value)
  return wanted.length > 0 && wanted.every((each) => words.some((word) => word.startsWith(each)))
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[\s/_+=.@-]+/)
    .filter((word) => word !== '')
