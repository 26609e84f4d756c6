import { z } from 'zod'
import { invalidParameter } from './input.ts'

export const tagList = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256).default('') }))
  .default([])

export type TagList = z.output<typeof tagList>

const MOST_TAGS = 50

/** The tags with a list laid over them. @throws ServiceError InvalidParameterException */
export function withTags(present: Readonly<Record<string, string>>, list: TagList): Record<string, string> {
  const names = list.map(({ Key }) => Key)
  if (new Set(names).size < names.length) throw invalidParameter('Duplicate tag keys are not allowed in one request.')
  if (names.some((name) => name.toLowerCase().startsWith('aws:'))) {
    throw invalidParameter('Tag keys that begin with aws: are reserved for AWS use.')
  }
  const tags = { ...present, ...Object.fromEntries(list.map(({ Key, Value }) => [Key, Value])) }
  if (Object.keys(tags).length > MOST_TAGS) throw invalidParameter(`A secret can have at most ${MOST_TAGS} tags.`)
  return tags
}

export const tagContext = (list: TagList): Record<string, string | string[]> =>
  list.length === 0
    ? {}
    : {
        'aws:TagKeys': list.map(({ Key }) => Key),
        ...Object.fromEntries(list.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
      }

/** Undefined when there are none: AWS leaves the member out. */
export function tagOutput(tags: Readonly<Record<string, string>>): unknown {
  const list = Object.entries(tags)
  return list.length === 0 ? undefined : list.map(([Key, Value]) => ({ Key, Value }))
}
