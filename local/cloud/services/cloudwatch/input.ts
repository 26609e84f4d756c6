import { z } from 'zod'

/** Numbers and moments come as JSON from today's SDKs and as text in a query form from older clients. */
export const number = z.coerce.number()
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
/** Seconds since 1970 or ISO 8601; milliseconds since 1970 come out. */
export const moment = z.union([z.number(), z.string()]).transform((value, context) => {
  const ms = typeof value === 'number' ? value * 1_000 : readText(value)
  if (Number.isFinite(ms)) return ms
  context.addIssue({ code: 'custom', message: 'a timestamp in ISO 8601 or in seconds since 1970' })
  return z.NEVER
})
export const dimensions = z.array(z.object({ Name: z.string().min(1), Value: z.string().min(1) })).max(30)
export const period = number.refine(
  (seconds) => [1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0),
  '1, 5, 10, 20, 30 or a multiple of 60 seconds',
)

const readText = (text: string): number => (/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text))
