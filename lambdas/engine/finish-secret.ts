import { type GraceOnce, graceDeadline, parseGraceOnce } from '../../core/grace.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { readGraceOnce, TAG } from '../../core/tags.ts'
import { readKeySet } from '../../core/versions.ts'
import { recordError } from './abandon.ts'
import { labelOutgoing, orderOutgoing } from './outgoing.ts'
import { assertValue, awaitPending, missingPending, standing } from './preconditions.ts'
import { retireVersion } from './retire-secret.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'
import { releaseSupplied } from './supply.ts'

/**
 * Promotes the pending version. The outgoing version gets its grace label before AWSCURRENT moves: cut off between
 * the two, both versions are still accepted, and a retry recomputes the deadline.
 */
export async function finishSecret(rotation: Rotation): Promise<void> {
  const { store, token, clock, log } = rotation
  let secret = await store.describe()
  const grace = graceOf(rotation, secret)
  if (standing(secret, token) === 'already-current') return afterPromotion(rotation, secret, grace)

  const proven = await prove(rotation)
  // Before AWSPREVIOUS moves on and leaves a version that was replaced by hand with no label at all.
  if (readKeySet(secret.versions, clock.now()).unordered.length > 0) {
    await orderOutgoing(rotation, secret, rotation.grace)
    secret = await store.describe()
  }
  const outgoing = Object.keys(secret.versions).find((id) => secret.versions[id]?.includes('AWSCURRENT'))
  const deadline = graceDeadline(grace, clock.now())
  if (outgoing !== undefined) await labelOutgoing(rotation, secret.versions, outgoing, deadline)
  await promote(rotation, outgoing)
  log.info({ from: outgoing, to: token, graceUntil: outgoing && deadline.toISOString() }, 'promoted')
  await releaseSupplied(rotation, secret.versions, proven)
  await retireAtOnce(rotation, grace)
}

/** The version is current: made so by an attempt that was cut off, or by hand in the middle of the rotation. */
async function afterPromotion(rotation: Rotation, secret: SecretDescription, grace: GraceOnce): Promise<void> {
  await orderOutgoing(rotation, secret, grace)
  await releaseSupplied(rotation, secret.versions)
  await retireAtOnce(rotation, grace)
}

/** The grace of this rotation: what `keyturn rotate --grace` left for this token, else the configured one. */
function graceOf({ token, grace }: Rotation, secret: SecretDescription): GraceOnce {
  const once = readGraceOnce(secret.tags[TAG.graceOnce], token)
  return once === undefined ? grace : parseGraceOnce(once)
}

async function prove(rotation: Rotation): Promise<SecretString> {
  const pending = await awaitPending(rotation)
  if (!pending) throw missingPending(rotation.token)
  assertValue(rotation, pending, 'pending')
  await rotation.strategy.test?.(rotation.context(rotation.token), pending)
  return pending
}

/** Moves AWSCURRENT; Secrets Manager makes the outgoing version AWSPREVIOUS and clears AWSPENDING after the step. */
async function promote({ store, token }: Rotation, outgoing: string | undefined): Promise<void> {
  try {
    await store.moveLabel('AWSCURRENT', outgoing, token)
  } catch (error) {
    // An attempt that ran beside this one may have moved it a moment ago.
    const secret = await store.describe().catch(() => undefined)
    if (!secret?.versions[token]?.includes('AWSCURRENT')) throw error
  }
}

/**
 * "revoke-now" does not wait for the sweeper: the version that has just been replaced is retired here, and no other, so
 * that one which cannot be retired stands in nobody's way. The rotation has succeeded whatever comes of it; a failure
 * stays on the secret, for the command line and the sweeper, which tries again.
 */
export async function retireAtOnce(rotation: Rotation, grace: GraceOnce): Promise<void> {
  if (grace.kind !== 'revoke-now') return
  const { versions } = await rotation.store.describe()
  const replaced = readKeySet(versions, rotation.clock.now()).expired.filter(({ versionId }) =>
    versions[versionId]?.includes('AWSPREVIOUS'),
  )
  for (const { versionId } of replaced) {
    try {
      await retireVersion(rotation, versionId)
    } catch (error) {
      rotation.signal.throwIfAborted()
      rotation.log.error({ error, retiring: versionId }, 'the new version is current, but the old one is not retired')
      await recordError(rotation, 'retireSecret', error)
    }
  }
}
