import { beyondMaximum, graceState, isGraceLabel, parseGraceLabel } from './grace.ts'

/** Version id → its staging labels, as DescribeSecret's `VersionIdsToStages` and ListSecrets' twin give it. */
export type VersionLabels = Readonly<Record<string, readonly string[]>>

export interface GraceVersion {
  readonly versionId: string
  readonly deadline: Date
  /** Every grace label on the version; the earliest one decides. */
  readonly labels: readonly string[]
}

/** Which versions of a secret are alive at a moment, read from labels alone. */
export interface KeySet {
  readonly current: string | undefined
  /** The version being rotated in; absent when AWSPENDING still sits on the current version. */
  readonly pending: string | undefined
  /** Old versions that are still accepted, the longest-lived first. */
  readonly grace: readonly GraceVersion[]
  /** Old versions whose deadline has passed: refused, and due for retirement. */
  readonly expired: readonly GraceVersion[]
  /** Old versions whose grace labels cannot be believed: refused, never retired, and reported. */
  readonly malformed: readonly MalformedVersion[]
  /**
   * The version that was current until somebody moved AWSCURRENT by hand: it has no grace label yet, is not accepted,
   * and nothing would retire it. Keyturn's own rotations and retirements never leave one.
   */
  readonly unordered: readonly string[]
}

export interface MalformedVersion {
  readonly versionId: string
  readonly labels: readonly string[]
  /** `unreadable`: a label is no time; `too-far`: its time lies further ahead than the longest grace. */
  readonly problem: 'unreadable' | 'too-far'
}

/** Labels over all versions of one secret (Secrets Manager quota). */
export const LABEL_BUDGET = 20

/**
 * Reads the key set from staging labels. Fails closed: an old version without a grace label (AWSPREVIOUS alone is
 * none) is not accepted, nor is one with a malformed label or one that outlives the longest grace, and of several
 * deadlines the earliest counts.
 */
export function readKeySet(versions: VersionLabels, now: Date): KeySet {
  const entries = Object.entries(versions)
  const current = entries.find(([, labels]) => labels.includes('AWSCURRENT'))?.[0]
  const pending = entries.find(([, labels]) => labels.includes('AWSPENDING'))?.[0]
  const grace: GraceVersion[] = []
  const expired: GraceVersion[] = []
  const malformed: MalformedVersion[] = []
  const unordered: string[] = []

  for (const [versionId, labels] of entries) {
    if (versionId === current || versionId === pending) continue
    const graceLabels = labels.filter(isGraceLabel)
    if (graceLabels.length === 0) {
      if (labels.includes('AWSPREVIOUS')) unordered.push(versionId)
      continue
    }
    const deadline = earliestDeadline(graceLabels)
    if (deadline === undefined) malformed.push({ versionId, labels: graceLabels, problem: 'unreadable' })
    else if (beyondMaximum(deadline, now)) malformed.push({ versionId, labels: graceLabels, problem: 'too-far' })
    else if (graceState(deadline, now) === 'active') grace.push({ versionId, deadline, labels: graceLabels })
    else expired.push({ versionId, deadline, labels: graceLabels })
  }

  return {
    current,
    pending: pending === current ? undefined : pending,
    grace: grace.sort(byDeadline).reverse(),
    expired: expired.sort(byDeadline),
    malformed,
    unordered,
  }
}

/** How many labels a secret carries, to hold against {@link LABEL_BUDGET}. */
export function countLabels(versions: VersionLabels): number {
  return Object.values(versions).reduce((sum, labels) => sum + labels.length, 0)
}

function earliestDeadline(labels: readonly string[]): Date | undefined {
  const deadlines = labels.map(parseGraceLabel)
  if (deadlines.includes(undefined)) return undefined
  return (deadlines as Date[]).reduce((first, next) => (next < first ? next : first))
}

function byDeadline(one: GraceVersion, other: GraceVersion): number {
  return one.deadline.getTime() - other.deadline.getTime() || one.versionId.localeCompare(other.versionId)
}
