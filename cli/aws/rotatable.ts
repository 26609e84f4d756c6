import { nextAction } from '../../core/error-codes.ts'
import { KeyturnError } from '../../core/errors.ts'
import { SUPPLIED_LABEL } from '../../core/tags.ts'
import type { SecretStatus } from './secrets.ts'

/**
 * Refuses a rotation that could not succeed, before anything is changed.
 * @param handsOver whether the person hands over the next value
 * @throws KeyturnError `secret-deleted`, `rotation-disabled`, `value-not-allowed`, `nothing-supplied` (needs-human),
 * `rotation-in-progress` (retryable)
 */
export function assertRotatable({ name, ...secret }: SecretStatus, handsOver: boolean): void {
  if (secret.deleted) {
    throw new KeyturnError(
      'secret-deleted',
      `${name} is scheduled for deletion. Restore it (aws secretsmanager restore-secret --secret-id ${name}), then try again.`,
    )
  }
  if (!secret.rotationEnabled) {
    throw new KeyturnError(
      'rotation-disabled',
      `Rotation is off for ${name}. Turn it on with pulumi up, then try again.`,
    )
  }
  if (handsOver && secret.supply !== 'allowed' && secret.supply !== 'required') {
    const why =
      secret.supply === 'never'
        ? `is ${secret.strategy}, which makes its own values. Leave the option out.`
        : 'does not say whether it takes values: an older program made it. Run pulumi up, then try again.'
    throw new KeyturnError('value-not-allowed', `--value-from hands over the next value, and ${name} ${why}`)
  }
  if (secret.keys.pending !== undefined) throw inProgress(name, secret.keys.pending, secret.lastError)
  const waiting = Object.values(secret.versions).some(
    (labels) => labels.includes(SUPPLIED_LABEL) && !labels.includes('AWSCURRENT'),
  )
  if (secret.supply === 'required' && !handsOver && !waiting) {
    throw new KeyturnError(
      'nothing-supplied',
      `No new value has been supplied for ${name}; the current one stays in force. ${nextAction('nothing-supplied', name)}`,
    )
  }
}

function inProgress(name: string, pending: string, error: SecretStatus['lastError']): Error {
  const why = error ? `; its last try failed with ${error.code} in ${error.step}` : ''
  return new KeyturnError(
    'rotation-in-progress',
    `${name} is being rotated already (version ${pending} is AWSPENDING${why}). Follow it with: keyturn status ${name}. ` +
      `If it does not move on, have it tried again (aws secretsmanager rotate-secret --secret-id ${name}), or give it up: ` +
      `aws secretsmanager update-secret-version-stage --version-stage AWSPENDING --secret-id ${name} --remove-from-version-id ${pending}`,
  )
}
