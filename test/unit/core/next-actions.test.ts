import { describe, expect, it } from 'vitest'
import { nextAction } from '../../../core/error-codes.ts'

const NAME = 'keyturn/dev/openai'
const THEN = 'and look again'

describe('what an operator does about an error', () => {
  it.each([
    ['nothing-supplied', `keyturn rotate ${NAME} --value-from - --wait`],
    ['supplied-value-malformed', `keyturn rotate ${NAME} --value-from - --wait`],
    ['supplied-value-refused', `keyturn rotate ${NAME} --wait; or hand over another`],
    ['revocation-unproven', `or delete the key at the provider; then look again: keyturn status ${NAME}`],
    ['retired-value-malformed', `delete it where it was issued; then take its grace label off: keyturn status ${NAME}`],
    ['version-unreadable', `keyturn status ${NAME}`],
    ['secret-value-malformed', `or make a new one: keyturn rotate ${NAME} --wait`],
    ['secret-ended', `aws secretsmanager untag-resource --secret-id ${NAME} --tag-keys keyturn:run:ended`],
    ['label-budget-exhausted', `(keyturn status ${NAME}), or shorten "grace"`],
    ['live-keys-exhausted', `(keyturn status ${NAME}), or shorten "grace"`],
    ['out-of-time', 'tries again by itself'],
    ['pending-key-not-accepted', 'tries again by itself'],
    ['provider-unavailable', 'tries again by itself'],
    ['target-unavailable', 'tries again by itself'],
    ['target-unreachable', 'tries again by itself'],
  ])('%s names the secret: … %s', (code, words) => {
    expect(nextAction(code, NAME, THEN)).toContain(words)
  })

  it.each([
    ['provider-admin-refused', 'the secret that "adminSecret" names'],
    ['required-secret-deleted', 'aws secretsmanager restore-secret'],
    ['provider-call-refused', 'pulumi up'],
    ['provider-answer-unreadable', 'pulumi up'],
    ['provider-list-endless', 'pulumi up'],
    ['provider-list-incomplete', 'pulumi up'],
    ['placeholder-unusable', 'pulumi up'],
    ['test-call-refused', 'pulumi up'],
    ['strategy-not-here', 'pulumi up'],
    ['AccessDeniedException', 'pulumi up'],
  ])('%s says what to mend, and what follows', (code, words) => {
    const action = nextAction(code, NAME, THEN)
    expect(action).toContain(words)
    expect(action.endsWith(THEN)).toBe(true)
  })

  it('of another code the log tells, and a rotation follows unless something else does', () => {
    for (const code of ['SomeException', 'toString', '']) {
      expect(nextAction(code, NAME)).toBe(
        `The rotation function's log has the whole message; then: keyturn rotate ${NAME}`,
      )
    }
  })
})
