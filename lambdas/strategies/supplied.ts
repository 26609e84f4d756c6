import * as z from 'zod'
import { needsHuman, retryable } from '../../core/errors.ts'
import { credential, httpCall } from './http/call.ts'
import { passing, retrying } from './http/retrying.ts'
import { send } from './http/send.ts'
import type { Strategy } from './strategy.ts'

const params = z.strictObject({
  /** A call that only a valid value passes; `{key}` stands for the value. */
  test: z.strictObject({ ...httpCall.shape, auth: credential.default({ scheme: 'bearer' }) }).optional(),
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

/**
 * A credential that only a person can obtain. They put the next value under the label SUPPLIED; a rotation tests it
 * and promotes it with grace. A scheduled rotation that finds nothing new fails as a reminder and changes nothing.
 */
export const supplied: Strategy<SuppliedParams> = {
  kind: 'supplied',
  family: 'supplied',
  params,
  permissions: () => [],
  checkValue: (value, { pattern }) => {
    if (value.reveal().trim() === '') return 'the value is empty'
    if (/^\s|\s$/.test(value.reveal())) return 'the value begins or ends with white space'
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value.reveal())) {
      return `the value does not match the pattern ${pattern}`
    }
    return undefined
  },
  create: ({ supplied: take }) => take(),
  test: async (context, pending) => {
    const { test } = context.params
    if (test === undefined) return
    const reply = await retrying(context, () =>
      send({ call: test, auth: test.auth, secret: pending, values: { key: pending.reveal() }, signal: context.signal }),
    )
    if (test.expect.includes(reply.status)) return
    const message = `The supplied value did not pass "test": HTTP ${reply.status}, expected ${test.expect.join(', ')}.`
    if (passing(reply.status)) throw retryable('target-unavailable', `${message} The rotation will be tried again.`)
    throw needsHuman(
      'supplied-value-refused',
      `${message} The current value stays in force. Supply a valid one: keyturn rotate NAME --value-from -`,
    )
  },
}
