import { SECOND } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { TAG } from '../../core/tags.ts'
import { poll } from '../strategies/poll.ts'
import type { Rotation } from './rotation.ts'
import { type SecretDescription, secretDeleted } from './store.ts'

/** A read may miss what was written a moment ago; within one step it is tried again for this long. */
export const READ_AFTER_WRITE_MS = 5 * SECOND

export type Standing = 'pending' | 'already-current'

/**
 * Where the token stands, from authoritative state.
 * @throws KeyturnError `rotation-disabled` (needs-human), `token-unknown`, `token-not-staged` (terminal)
 */
export function standing(secret: SecretDescription, token: string): Standing {
  assertUsable(secret)
  const labels = secret.versions[token]
  if (labels?.includes('AWSCURRENT')) return 'already-current'
  if (!secret.rotationEnabled) {
    throw new KeyturnError(
      'rotation-disabled',
      `Rotation is off for ${secret.name}. Turn it on with pulumi up, or RotateSecret, and rotate again.`,
    )
  }
  if (labels === undefined) {
    throw new KeyturnError(
      'token-unknown',
      `${secret.name} has no version ${token}. Start rotations with RotateSecret, which makes one.`,
    )
  }
  if (!labels.includes('AWSPENDING')) {
    throw new KeyturnError(
      'token-not-staged',
      `Version ${token} of ${secret.name} is not AWSPENDING, so this rotation is over. Start a new one with RotateSecret.`,
    )
  }
  return 'pending'
}

/** @throws KeyturnError `secret-deleted` (needs-human) */
export function assertUsable(secret: SecretDescription): void {
  if (secret.deleted) throw secretDeleted(secret.name)
}

/** @throws KeyturnError `secret-ended` (terminal) for a secret that was ended so that it can be deleted */
export function assertNotEnded({ name, tags }: SecretDescription): void {
  const [at] = tags[TAG.ended]?.split(' ') ?? []
  if (at === undefined) return
  throw new KeyturnError(
    'secret-ended',
    `${name} was ended at ${at}: what Keyturn had made at its target is revoked. Delete it, or to use it again: ` +
      `aws secretsmanager untag-resource --secret-id ${name} --tag-keys ${TAG.ended}, then rotate it.`,
  )
}

/** The pending value, waited for by `withinMs`; undefined when the version still has none. */
export function awaitPending(rotation: Rotation, withinMs = READ_AFTER_WRITE_MS): Promise<SecretString | undefined> {
  return poll(
    async () => {
      const value = await rotation.store.read({ versionId: rotation.token, label: 'AWSPENDING' })
      return value ? { done: value } : { again: undefined }
    },
    { ...rotation, withinMs },
  )
}

/** @throws KeyturnError `pending-value-missing` (retryable) */
export function missingPending(token: string): Error {
  return new KeyturnError(
    'pending-value-missing',
    `Version ${token} is AWSPENDING but has no value yet. The rotation will be tried again from createSecret.`,
  )
}

/** @throws KeyturnError `secret-value-malformed` (terminal) */
export function assertValue(rotation: Rotation, value: SecretString, which: string): void {
  const problem = rotation.strategy.checkValue(value, rotation.params)
  if (problem === undefined) return
  throw new KeyturnError(
    'secret-value-malformed',
    `The ${which} value is not one of strategy ${rotation.strategy.kind}: ${problem}. Nothing was changed at the target.`,
  )
}
