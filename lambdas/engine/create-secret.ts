import { terminal } from '../../core/errors.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { countLabels, LABEL_BUDGET, readKeySet } from '../../core/versions.ts'
import { discardIfRefused } from './discard-if-refused.ts'
import { assertValue, standing } from './preconditions.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'
import { openSupply } from './supply.ts'

/**
 * Gives the pending version its value, once. A version's value is immutable, so whoever stores it first has decided,
 * and every other attempt removes what it made.
 */
export async function createSecret(rotation: Rotation): Promise<void> {
  const { store, strategy, token, log } = rotation
  const secret = await store.describe()
  if (standing(secret, token) === 'already-current') return

  // Only what has been made at a target must not be made twice; for the rest the store's immutability is enough.
  const stored = strategy.reconcile ? await store.read({ versionId: token, label: 'AWSPENDING' }) : undefined
  if (!stored) assertRoom(rotation, secret)
  const value = stored ?? (await createOnce(rotation, secret))
  if (!value) return log.info('the pending version already has a value')

  const live = new Set(Object.keys(secret.versions))
  await strategy.reconcile?.(rotation.context(token), value, live)
}

/** The value that ended up in the store: ours, or that of an attempt which was faster. */
async function createOnce(rotation: Rotation, secret: SecretDescription): Promise<SecretString | undefined> {
  const { store, strategy, token } = rotation
  const supply = openSupply(rotation, secret)
  const context = { ...rotation.context(token), supplied: supply.take }
  const made = await strategy.create(context)
  assertValue(rotation, made, 'new')
  const put = store.putPending(token, made, rotation.rotationToken)
  if (await discardIfRefused(rotation, context, made, put)) {
    await supply.consume()
    return made
  }

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
  const { grace, expired, malformed } = readKeySet(secret.versions, clock.now())
  const labels = countLabels(secret.versions)
  // The outgoing version gains a grace label, and AWSPREVIOUS if no version has it yet.
  const more = 1 + (Object.values(secret.versions).some((stages) => stages.includes('AWSPREVIOUS')) ? 0 : 1)
  if (labels + more > LABEL_BUDGET) {
    throw terminal(
      'label-budget-exhausted',
      `${secret.name} carries ${labels} of ${LABEL_BUDGET} staging labels: ${grace.length} versions are inside their grace, ${expired.length} wait for ` +
        `retirement, ${malformed.length} have an unreadable label. Wait for the sweeper, or shorten "grace" or lengthen "schedule".`,
    )
  }
  const limit = strategy.liveKeys?.(params)
  const live = 2 + grace.length + expired.length
  if (limit !== undefined && live > limit) {
    throw terminal(
      'live-keys-exhausted',
      `${secret.name} would have ${live} live keys at the target, which allows ${limit}. Wait for the grace of the oldest to end, or shorten "grace".`,
    )
  }
}
