import { z } from 'zod'

export const ruleName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.-]+$/, 'only letters, digits and . - _')
export const busName = z
  .string()
  .regex(/^(default|arn:aws:events:[^:]+:\d{12}:event-bus\/default)$/, 'the local cloud has one event bus: default')
  .default('default')
export const tags = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) })).max(50)

export const tagRecord = (list: z.infer<typeof tags>): Record<string, string> =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]))
