import { isEnded } from '../../core/ended.ts'
import { type Problem, ProblemsError } from '../../core/errors.ts'
import { isGraceLabel } from '../../core/grace.ts'
import { TAG } from '../../core/tags.ts'
import { assertUsable } from './preconditions.ts'
import { readStored } from './retire-secret.ts'
import type { Rotation } from './rotation.ts'

/** Nothing at the target is spared. */
const NOTHING = { hasToken: async () => false, holds: async () => false } as const

/**
 * Revokes what a secret's strategy has made at its target, the current version included, so that the secret can be
 * deleted without leaving a living key behind that nobody knows of any more. What a person supplied, or has no target,
 * is theirs to revoke. Each version's failure is its own; only when none failed is the
 * secret marked as ended, which is what lets it be deleted, and keeps it from being rotated again.
 * @throws ProblemsError `secret-not-ended` (needs-human) with each version that may still be alive
 */
export async function endSecret(rotation: Rotation): Promise<void> {
  const { store, strategy, clock, log } = rotation
  const secret = await store.describe()
  assertUsable(secret)
  const problems: Problem[] = []
  const attempt = async (path: string, work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      rotation.signal.throwIfAborted()
      problems.push({ path, message: error instanceof Error ? error.message : 'failed' })
    })
  }

  for (const versionId of strategy.revoke ? Object.keys(secret.versions) : []) {
    await attempt(`version ${versionId}`, async () => {
      const value = await readStored(rotation, versionId)
      await strategy.revoke?.(rotation.context(versionId), value)
      log.info({ ending: versionId }, 'revoked')
    })
  }
  // What labels no longer tell of: keys of versions that lost all their labels by hand.
  await attempt('keys without a version', async () =>
    strategy.reconcile?.(rotation.context(rotation.token), undefined, NOTHING),
  )
  if (problems.length > 0) {
    throw new ProblemsError('secret-not-ended', `${secret.name} has not been ended; what may still be alive:`, problems)
  }

  for (const [versionId, labels] of Object.entries(secret.versions)) {
    const ours = labels.filter((label) => isGraceLabel(label) || label === 'AWSPREVIOUS' || label === 'AWSPENDING')
    for (const label of labels.includes('AWSCURRENT') ? [] : ours) await store.dropLabel(label, versionId)
  }
  const current = Object.keys(secret.versions).find((id) => secret.versions[id]?.includes('AWSCURRENT')) ?? 'none'
  await store.tag({ [TAG.ended]: `${clock.now().toISOString()} ${current}` })
  log.warn({}, 'ended: what was made for it at its target is revoked')
}

/**
 * Ends a secret whose resources are being removed from the stack. Its rotation has been taken off by then, since that
 * depends on the first value; where it is still on, the first value's resource alone is being replaced, as when a
 * secret moves to another function, and nothing is revoked.
 */
export async function removeFirstValue(rotation: Rotation): Promise<void> {
  const { rotationEnabled, tags, versions } = await rotation.store.describe()
  if (rotationEnabled) return rotation.log.info('the secret is still rotated, so it stays: nothing is revoked')
  // Taken out of the inventory it has been ended before, and this function may do no more than look at it.
  if (isEnded(tags, versions)) return rotation.log.info('the secret has been ended already')
  await endSecret(rotation)
}
