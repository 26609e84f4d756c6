import { MINUTE, SECOND } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { type GraceOnce, graceDeadline, graceLabel, isGraceLabel } from '../../core/grace.ts'
import { readRolledBack, TAG } from '../../core/tags.ts'
import { countLabels, LABEL_BUDGET, readKeySet, type VersionLabels } from '../../core/versions.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

/**
 * Gives a version the label that carries its deadline, in place of those that an attempt which was cut off has left:
 * the earliest label decides, so an older one would cut the grace short.
 */
export async function labelOutgoing(
  { store }: Rotation,
  versions: VersionLabels,
  outgoing: string,
  deadline: Date,
): Promise<void> {
  const stale = (versions[outgoing] ?? []).filter(isGraceLabel)
  if (stale.length === 1 && stale[0] === graceLabel(deadline)) return
  // New before old, so that the version is never without one; where the budget is used up, the old one makes room. The
  // version is current then, and needs its label only when it is so no more.
  const room = countLabels(versions) < LABEL_BUDGET
  if (!room) for (const label of stale) await store.dropLabel(label, outgoing)
  await store.addLabel(freeLabel(versions, deadline), outgoing)
  if (room) for (const label of stale) await store.dropLabel(label, outgoing)
}

/** What the clocks of two functions may differ by, and what lies between a look at the labels and a call. */
const TOO_LATE_MS = 30 * SECOND

/**
 * Gives an old version another deadline, later or earlier. The new label goes on first: the earliest one counts, so cut
 * off in between, an earlier deadline is in force and a later one is not yet, and the version is never without any.
 * Taking the old label off is what lengthens a grace; so near its end, a retirement may have begun already, and then
 * it stays.
 * @throws KeyturnError `grace-over`, `label-budget-exhausted` (terminal)
 */
export async function moveDeadline(
  { store, clock }: Rotation,
  { name, versions }: SecretDescription,
  versionId: string,
  deadline: Date,
): Promise<void> {
  const labels = (versions[versionId] ?? []).filter(isGraceLabel)
  const there = labels.includes(graceLabel(deadline))
  const label = there ? graceLabel(deadline) : freeLabel(versions, deadline)
  if (!there) {
    assertRoom(name, versions)
    await store.addLabel(label, versionId)
  }
  const ends = readKeySet({ [versionId]: labels }, clock.now())
  const before = [...ends.grace, ...ends.expired][0]?.deadline
  if (before && before.getTime() < clock.now().getTime() + TOO_LATE_MS) {
    if (!there) await store.dropLabel(label, versionId)
    throw new KeyturnError(
      'grace-over',
      `Version ${versionId} of ${name} ends at ${before.toISOString()}, which is too near to lengthen its grace: it may be being revoked. ` +
        `Make a new value instead: keyturn rotate ${name} --wait`,
    )
  }
  for (const old of labels) if (old !== label) await store.dropLabel(old, versionId)
}

/** @throws KeyturnError `label-budget-exhausted` (terminal) */
export function assertRoom(name: string, versions: VersionLabels): void {
  const count = countLabels(versions)
  if (count < LABEL_BUDGET) return
  throw new KeyturnError(
    'label-budget-exhausted',
    `${name} carries ${count} of ${LABEL_BUDGET} staging labels, and another one is needed for a moment. ` +
      `End the grace of an old version first: keyturn revoke ${name} --version VERSION (keyturn status ${name} lists them).`,
  )
}

/** Longer than a function runs: until then, the label that a roll-back puts on the current version is its own business. */
const ROLLING_BACK_MS = 15 * MINUTE

/**
 * Brings versions into order that somebody moved by hand (B19): what was current gets its grace from now on, as if a
 * rotation had replaced it, and what is current again loses the deadline of the time when it was not.
 * @returns the versions that were put into grace
 */
export async function orderOutgoing(
  rotation: Rotation,
  { versions, tags }: Pick<SecretDescription, 'versions' | 'tags'>,
  grace: GraceOnce,
): Promise<string[]> {
  const { store, token, clock, log } = rotation
  const { current, pending, unordered } = readKeySet(versions, clock.now())
  const back = readRolledBack(tags[TAG.rolledBack])
  const rollingBack = back?.from === current && clock.now().getTime() < (back?.at.getTime() ?? 0) + ROLLING_BACK_MS
  // Another version's rotation puts the label on the current one a moment before AWSCURRENT moves: it stays then.
  const settled = (pending === undefined || pending === token) && !rollingBack
  const leftOver = current !== undefined && settled ? (versions[current] ?? []).filter(isGraceLabel) : []
  for (const label of leftOver) await store.dropLabel(label, current as string)
  const deadline = graceDeadline(grace, clock.now())
  for (const version of unordered) {
    await store.addLabel(freeLabel(versions, deadline), version)
    log.warn({ ordered: version, graceUntil: deadline.toISOString() }, 'was replaced by hand; it is in grace now')
  }
  return [...unordered]
}

/**
 * A label belongs to one version: where two versions end in the same second, the later one ends a second after. With
 * `step` negative it is the second before, for a deadline that must not lie ahead.
 */
export function freeLabel(versions: VersionLabels, deadline: Date, step = SECOND): string {
  const taken = new Set(Object.values(versions).flat())
  for (let at = deadline.getTime(); ; at += step) {
    const label = graceLabel(new Date(at))
    if (!taken.has(label)) return label
  }
}
