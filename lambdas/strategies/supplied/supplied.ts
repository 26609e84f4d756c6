import { SECOND } from '../../../core/clock.ts'
import { KeyturnError } from '../../../core/errors.ts'
import { secretName } from '../../../core/secret-name.ts'
import { passing, retrying } from '../http/retrying.ts'
import { send } from '../http/send.ts'
import { poll } from '../poll.ts'
import type { Strategy } from '../strategy.ts'
import { params, type SuppliedParams } from './params.ts'

/**
 * A credential that only a person can obtain. They put the next value under the label SUPPLIED; a rotation tests it
 * and promotes it with grace. A scheduled rotation that finds nothing new fails as a reminder and changes nothing.
 */
export const supplied = {
  kind: 'supplied',
  family: 'supplied',
  network: 'none',
  supply: 'required',
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
  test: async (context, pending) => {
    const { test, propagationSeconds } = context.params
    if (test === undefined) return
    const values = { key: pending.reveal() }
    const name = secretName(context.secretArn)
    const reply = await poll(
      async () => {
        const answer = await retrying(context, () =>
          send({ call: test, auth: test.auth, secret: pending, values, signal: context.signal }),
        )
        return test.expect.includes(answer.status) ? { done: answer } : { again: answer, afterMs: answer.retryAfterMs }
      },
      { ...context, withinMs: propagationSeconds * SECOND },
    )
    if (test.expect.includes(reply.status)) return
    const message = `The supplied value did not pass "test" within ${propagationSeconds} s: HTTP ${reply.status}, expected ${test.expect.join(', ')}.`
    if (passing(reply.status))
      throw new KeyturnError('target-unavailable', `${message} The rotation will be tried again.`)
    throw new KeyturnError(
      'supplied-value-refused',
      `${message} The current value stays in force, and the supplied one is kept. Try it again: keyturn rotate ${name} --wait; or supply another: keyturn rotate ${name} --value-from -`,
    )
  },
} satisfies Strategy<SuppliedParams>
