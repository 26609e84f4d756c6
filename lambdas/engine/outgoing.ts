import { SECOND } from '../../core/clock.ts'
import { type Grace, graceDeadline, graceLabel, isGraceLabel } from '../../core/grace.ts'
import { countLabels, LABEL_BUDGET, readKeySet, type VersionLabels } from '../../core/versions.ts'
import type { Rotation } from './rotation.ts'

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

/**
 * Brings versions into order that somebody moved by hand (B19): what was current gets its grace from now on, as if a
 * rotation had replaced it, and what is current again loses the deadline of the time when it was not.
 * @returns the versions that were put into grace
 */
export async function orderOutgoing(rotation: Rotation, versions: VersionLabels, grace: Grace): Promise<string[]> {
  const { store, clock, log } = rotation
  const { current, unordered } = readKeySet(versions, clock.now())
  for (const label of current === undefined ? [] : (versions[current] ?? []).filter(isGraceLabel)) {
    await store.dropLabel(label, current as string)
  }
  const deadline = graceDeadline(grace, clock.now())
  for (const version of unordered) {
    await store.addLabel(freeLabel(versions, deadline), version)
    log.warn({ ordered: version, graceUntil: deadline.toISOString() }, 'was replaced by hand; it is in grace now')
  }
  return [...unordered]
}

/** A label belongs to one version: where two versions end in the same second, the later one ends a second after. */
function freeLabel(versions: VersionLabels, deadline: Date): string {
  const taken = new Set(Object.values(versions).flat())
  for (let at = deadline.getTime(); ; at += SECOND) {
    const label = graceLabel(new Date(at))
    if (!taken.has(label)) return label
  }
}
