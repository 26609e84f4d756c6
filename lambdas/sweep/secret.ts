import { isEnded } from '../../core/ended.ts'
import { isGraceLabel } from '../../core/grace.ts'
import { type KeySet, readKeySet, type VersionLabels } from '../../core/versions.ts'

/** A secret as labels, tags and dates tell it. Holds no value. */
export interface SweptSecret {
  readonly name: string
  readonly arn: string
  readonly tags: Readonly<Record<string, string>>
  readonly versions: VersionLabels
  readonly rotationFunction: string | undefined
  readonly rotationEnabled: boolean
  readonly created: Date | undefined
  readonly lastRotated: Date | undefined
  readonly nextRotation: Date | undefined
  /** Set on a secret that is scheduled for deletion. */
  readonly deleted: Date | undefined
}

/** The members that DescribeSecret and ListSecrets share. */
interface Metadata {
  ARN?: string | undefined
  Name?: string | undefined
  Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined
  RotationLambdaARN?: string | undefined
  RotationEnabled?: boolean | undefined
  CreatedDate?: Date | undefined
  LastRotatedDate?: Date | undefined
  NextRotationDate?: Date | undefined
  DeletedDate?: Date | undefined
}

export function readSecret(found: Metadata, versions: VersionLabels | undefined): SweptSecret {
  return {
    name: found.Name ?? '',
    arn: found.ARN ?? '',
    tags: Object.fromEntries((found.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    versions: versions ?? {},
    rotationFunction: found.RotationLambdaARN,
    rotationEnabled: found.RotationEnabled === true,
    created: found.CreatedDate,
    lastRotated: found.LastRotatedDate,
    nextRotation: found.NextRotationDate,
    deleted: found.DeletedDate,
  }
}

export interface Due {
  readonly keys: KeySet
  /** Labels that somebody moved by hand have to be brought into order. */
  readonly order: boolean
  /** Versions to retire, those that have waited longest first. */
  readonly retire: readonly string[]
}

/** What has to be done to a secret's versions at a moment. */
export function dueOf({ versions }: SweptSecret, now: Date): Due {
  const keys = readKeySet(versions, now)
  return {
    keys,
    order: keys.unordered.length > 0 || graceOnCurrent(versions, keys),
    retire: keys.expired.map(({ versionId }) => versionId),
  }
}

/**
 * While a version is being rotated in, finishSecret has the grace label on the current one for a moment before
 * AWSCURRENT moves: taking it off then would cut callers off.
 */
export const graceOnCurrent = (versions: VersionLabels, { current, pending }: KeySet): boolean =>
  current !== undefined && pending === undefined && (versions[current] ?? []).some(isGraceLabel)

/** Versions of a deleted secret whose credentials may live on at their target. */
export const aliveVersions = (secret: SweptSecret): readonly string[] =>
  isEnded(secret.tags, secret.versions) ? [] : Object.keys(secret.versions)
