import { KeyturnError } from '../../core/errors.ts'
import { formatLastError, formatWhy, TAG } from '../../core/tags.ts'
import { readKeySet } from '../../core/versions.ts'
import type { Rotation } from './rotation.ts'

/**
 * Cleans up after a step that failed in a way that trying again cannot mend: the pending credential is removed at
 * the target and AWSPENDING is taken off, because a version that keeps it makes Secrets Manager refuse every later
 * rotation. A value already applied to a target is left for a person: un-staging it would lose it.
 */
export async function abandon(rotation: Rotation, step: string, error: unknown): Promise<void> {
  if (!hopeless(error) || rotation.strategy.apply) return
  if (!['createSecret', 'setSecret', 'testSecret', 'finishSecret'].includes(step)) return
  const { store, strategy, token, log, clock } = rotation
  const { versions } = await store.describe()
  if (readKeySet(versions, clock.now()).pending !== token) return
  const value = await store.read({ versionId: token, label: 'AWSPENDING' })
  if (value) await strategy.discard?.(rotation.context(token), value)
  await store.dropLabel('AWSPENDING', token)
  log.warn({ version: token }, 'gave this rotation up; the secret is ready for the next one')
}

const hopeless = (error: unknown): boolean =>
  error instanceof KeyturnError && error.kind !== 'retryable' && !over(error)

/** The rotation had ended before this step: there is nothing to clean up and nothing new to say. */
const over = (error: unknown): boolean =>
  error instanceof KeyturnError &&
  ['token-not-staged', 'token-unknown', 'rotation-disabled', 'secret-deleted', 'secret-not-found'].includes(error.code)

/** Leaves the reason on the secret, where `keyturn status` shows it. */
export async function recordError({ store, clock }: Rotation, step: string, error: unknown): Promise<void> {
  if (over(error)) return
  const code = error instanceof KeyturnError ? error.code : error instanceof Error ? error.name : 'unknown'
  // Only messages of our own are known to hold no secret.
  const why = error instanceof KeyturnError ? formatWhy(error.message) : ''
  await store.tag({ [TAG.lastError]: formatLastError({ at: clock.now(), step, code }), [TAG.lastErrorWhy]: why })
}
