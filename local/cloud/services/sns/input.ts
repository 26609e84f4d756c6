import { z } from 'zod'

/** A map of text: an empty one arrives as empty text. */
export const attributes = z.preprocess((value) => (value === '' ? {} : value), z.record(z.string(), z.string()))
export const tags = z.preprocess(
  (value) => (value === '' ? [] : value),
  z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) })).max(50),
)

export const tagRecord = (list: z.infer<typeof tags>): Record<string, string> =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]))
