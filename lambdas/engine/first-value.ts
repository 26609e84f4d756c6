import { createHash } from 'node:crypto'
import { SUPPLIED_LABEL } from '../../core/tags.ts'
import { discardIfRefused } from './discard-if-refused.ts'
import { heldCredentials } from './held-credentials.ts'
import { assertUsable, assertValue } from './preconditions.ts'
import type { Rotation } from './rotation.ts'
import { nextValue, releaseSupplied } from './supply.ts'
import { whileDenied } from './while-denied.ts'

/**
 * Makes a secret's first value, before rotation is configured, so that no rotation ever meets a secret without one
 * (A4). Does nothing for a secret that has a current version.
 */
export const createFirstValue = (rotation: Rotation): Promise<void> => whileDenied(rotation, () => make(rotation))

async function make(rotation: Rotation): Promise<void> {
  const { store, strategy, token, log } = rotation
  const secret = await store.describe()
  assertUsable(secret)
  const current = Object.keys(secret.versions).find((id) => secret.versions[id]?.includes('AWSCURRENT'))
  if (current !== undefined) {
    // Secrets Manager makes the first version of a secret current, whatever else it was put as.
    if (secret.versions[current]?.includes(SUPPLIED_LABEL)) await store.dropLabel(SUPPLIED_LABEL, current)
    return log.info('the secret has a value already')
  }
  const context = rotation.context(token)
  const made = await nextValue(rotation, secret)
  assertValue(rotation, made, 'first')
  const put = store.putFirst(token, made)
  if (!(await discardIfRefused(rotation, context, made, put))) return strategy.discard?.(context, made)
  await strategy.reconcile?.(context, made, heldCredentials(rotation, secret))
  await releaseSupplied(rotation, secret.versions, made)
  log.info({ version: token }, 'made the first value')
}

/** The version id of a secret's first value: the same at every try, so that a retry finds what it made. */
export function firstToken(secretArn: string): string {
  const digest = createHash('sha256').update(`first:${secretArn}`).digest('hex')
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(12, 16),
    digest.slice(16, 20),
    digest.slice(20, 32),
  ].join('-')
}
