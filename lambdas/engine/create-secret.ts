import { KeyturnError } from '../../core/errors.ts'
import { isGraceLabel } from '../../core/grace.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { countLabels, LABEL_BUDGET, readKeySet, type VersionLabels } from '../../core/versions.ts'
import { discardIfRefused } from './discard-if-refused.ts'
import { heldCredentials } from './held-credentials.ts'
import { assertNotEnded, assertValue, standing } from './preconditions.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'
import { nextValue } from './supply.ts'

/**
 * Gives the pending version its value, once. A version's value is immutable, so whoever stores it first has decided,
 * and every other attempt removes what it made.
 */
export async function createSecret(rotation: Rotation): Promise<void> {
  const { store, strategy, token, log } = rotation
  const secret = await store.describe()
  if (standing(secret, token) === 'already-current') return
  assertNotEnded(secret)

  // Only what has been made at a target must not be made twice; for the rest the store's immutability is enough.
  const stored = strategy.reconcile ? await store.read({ versionId: token, label: 'AWSPENDING' }) : undefined
  if (!stored) assertRoom(rotation, secret)
  const value = stored ?? (await createOnce(rotation, secret))
  if (!value) return log.info('the pending version already has a value')

  await strategy.reconcile?.(rotation.context(token), value, heldCredentials(rotation, secret))
}

/** The value that ended up in the store: ours, or that of an attempt which was faster. */
async function createOnce(rotation: Rotation, secret: SecretDescription): Promise<SecretString | undefined> {
  const { store, strategy, token } = rotation
  const context = rotation.context(token)
  const made = await nextValue(rotation, secret)
  assertValue(rotation, made, 'new')
  const put = store.putPending(token, made, rotation.rotationToken)
  if (await discardIfRefused(rotation, context, made, put)) return made

  if (!strategy.reconcile) return undefined
  const stored = await store.read({ versionId: token })
  await strategy.discard?.(context, made)
  return stored
}

/**
 * Refuses early, before anything is minted, what finishSecret or the target could not take.
 * @throws KeyturnError `label-budget-exhausted`, `live-keys-exhausted` (terminal)
 */
function assertRoom({ strategy, params, clock }: Rotation, secret: SecretDescription): void {
  const { grace, expired, malformed, unordered } = readKeySet(secret.versions, clock.now())
  const labels = countLabels(secret.versions)
  const more = labelsToCome(secret.versions) + unordered.length
  if (labels + more > LABEL_BUDGET) {
    throw new KeyturnError(
      'label-budget-exhausted',
      `${secret.name} carries ${labels} of ${LABEL_BUDGET} staging labels: ${grace.length} versions are inside their grace, ${expired.length} wait for ` +
        `retirement, ${malformed.length} have an unreadable label. Wait for the sweeper, or shorten "grace" or lengthen "schedule".`,
    )
  }
  const limit = strategy.liveKeys?.(params)
  const live = 2 + grace.length + expired.length + malformed.length + unordered.length
  if (limit !== undefined && live > limit) {
    throw new KeyturnError(
      'live-keys-exhausted',
      `${secret.name} would have ${live} live keys at the target, which allows ${limit}. Wait for the grace of the oldest to end, or shorten "grace".`,
    )
  }
}

/**
 * The outgoing version gains a grace label, unless an attempt that was cut off has left it one, and AWSPREVIOUS if no
 * version has it yet.
 */
function labelsToCome(versions: VersionLabels): number {
  const all = Object.values(versions)
  const graced = all.some((stages) => stages.includes('AWSCURRENT') && stages.some(isGraceLabel))
  const previous = all.some((stages) => stages.includes('AWSPREVIOUS'))
  return (graced ? 0 : 1) + (previous ? 0 : 1)
}
