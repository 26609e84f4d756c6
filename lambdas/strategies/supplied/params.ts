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
      } catch (error) {
        // The engine says `Invalid regular expression: /…/: Unterminated character class`.
        const why = error instanceof SyntaxError ? error.message.split(': ').at(-1) : undefined
        const message = `must be a regular expression, such as "sk-[A-Za-z0-9_-]{20,}"${why ? `; it has: ${why}` : ''}`
        context.addIssue({ code: 'custom', message })
      }
    })
    .optional(),
})

export type SuppliedParams = z.infer<typeof params>
