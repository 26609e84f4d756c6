import * as z from 'zod'
import { testCall } from '../http/call.ts'

/** How a supplied value is told for a good one. */
export const params = z.strictObject({
  /** A call that only a valid value passes; `{key}` stands for the value. */
  test: testCall.optional(),
  /** How long a new value may take to work everywhere, in seconds. */
  propagationSeconds: z.int().min(1).max(120).default(20),
  /** A regular expression that the whole value must match. */
  pattern: z
    .string()
    .superRefine((text, context) => {
      try {
        new RegExp(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'must be a regular expression' })
      }
    })
    .optional(),
})

export type SuppliedParams = z.infer<typeof params>
