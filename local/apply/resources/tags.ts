import { isObject, type Properties } from '../properties.ts'

/** What to add and what to take away so that the program's own tags are right; others' tags stay. */
export function diffTags(
  before: Properties,
  after: Readonly<Record<string, string>> | undefined,
): { add: Record<string, string>; remove: string[] } {
  const old = isObject(before.tags) ? before.tags : {}
  const add = Object.fromEntries(Object.entries(after ?? {}).filter(([key, value]) => old[key] !== value))
  return { add, remove: Object.keys(old).filter((key) => after?.[key] === undefined) }
}

/** Undefined for none: the query protocol writes an empty list as an empty text. */
export function keyValueTags(
  tags: Readonly<Record<string, string>> = {},
): { Key: string; Value: string }[] | undefined {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  return list.length > 0 ? list : undefined
}

export const ecsTags = (tags: Readonly<Record<string, string>> | undefined) =>
  Object.entries(tags ?? {}).map(([key, value]) => ({ key, value }))
