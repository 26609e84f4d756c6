import { SECOND } from '../../core/clock.ts'
import { type Grace, graceDeadline, graceLabel, isGraceLabel, parseGrace } from '../../core/grace.ts'
import { readGraceOnce, TAG } from '../../core/tags.ts'
import { readKeySet, type VersionLabels } from '../../core/versions.ts'
import { assertValue, awaitPending, missingPending, standing } from './preconditions.ts'
import { retireVersion } from './retire-secret.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

/**
 * Promotes the pending version. The outgoing version gets its grace label before AWSCURRENT moves: cut off between
 * the two, both versions are still accepted, and a retry recomputes the deadline.
 */
export async function finishSecret(rotation: Rotation): Promise<void> {
  const { store, token, clock, log } = rotation
  const secret = await store.describe()
  const grace = graceOf(rotation, secret)
  if (standing(secret, token) === 'already-current') return retireAtOnce(rotation, grace)

  await prove(rotation)
  const outgoing = Object.keys(secret.versions).find((id) => secret.versions[id]?.includes('AWSCURRENT'))
  const deadline = graceDeadline(grace, clock.now())
  if (outgoing !== undefined) await labelOutgoing(rotation, secret.versions, outgoing, deadline)
  await promote(rotation, outgoing)
  log.info({ from: outgoing, to: token, graceUntil: outgoing && deadline.toISOString() }, 'promoted')
  await retireAtOnce(rotation, grace)
}

/** The grace of this rotation: what `keyturn rotate --grace` left for this token, else the configured one. */
function graceOf({ token, grace }: Rotation, secret: SecretDescription): Grace {
  const once = readGraceOnce(secret.tags[TAG.graceOnce], token)
  return once === undefined ? grace : parseGrace(once)
}

async function prove(rotation: Rotation): Promise<void> {
  const pending = await awaitPending(rotation)
  if (!pending) throw missingPending(rotation.token)
  assertValue(rotation, pending, 'pending')
  await rotation.strategy.test?.(rotation.context(rotation.token), pending)
}

async function labelOutgoing(
  { store }: Rotation,
  versions: VersionLabels,
  outgoing: string,
  deadline: Date,
): Promise<void> {
  const stale = (versions[outgoing] ?? []).filter(isGraceLabel)
  if (stale.length === 1 && stale[0] === graceLabel(deadline)) return
  await store.addLabel(freeLabel(versions, deadline), outgoing)
  // Left by an attempt that was cut off; the earliest label decides, so an older one would cut the grace short.
  for (const label of stale) await store.dropLabel(label, outgoing)
}

/** A label belongs to one version: where two versions end in the same second, the later one ends a second after. */
function freeLabel(versions: VersionLabels, deadline: Date): string {
  const taken = new Set(Object.values(versions).flat())
  for (let at = deadline.getTime(); ; at += SECOND) {
    const label = graceLabel(new Date(at))
    if (!taken.has(label)) return label
  }
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

/** "revoke-now" does not wait for the sweeper. What is cut off here, the sweeper finds by its expired label. */
async function retireAtOnce(rotation: Rotation, grace: Grace): Promise<void> {
  if (grace.kind !== 'revoke-now') return
  const { versions } = await rotation.store.describe()
  for (const { versionId } of readKeySet(versions, rotation.clock.now()).expired)
    await retireVersion(rotation, versionId)
}
