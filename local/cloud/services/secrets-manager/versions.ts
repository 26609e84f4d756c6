import { DAY } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import type { Call } from '../service.ts'
import { labelUpdated } from './events.ts'
import { invalidRequest, type PlainValue } from './input.ts'
import { attachLabels, holderOf } from './labels.ts'
import type { SecretRecord, VersionRecord } from './state.ts'
import { decryptValue, encryptValue } from './value.ts'

/**
 * Stores a value under a version id, once: the same id with the same value changes nothing, with another value it is
 * refused, and a pending version that RotateSecret made without a value takes it.
 * @throws ServiceError ResourceExistsException, and what encryption, decryption and labels throw
 */
export function storeVersion(
  call: Call,
  secret: SecretRecord,
  versionId: string,
  value: PlainValue,
  stages: readonly string[],
): VersionRecord {
  const { cloud } = call
  const existing = secret.versions[versionId]
  if (existing?.value) {
    const stored = decryptValue(call, secret, versionId, existing.value)
    if (stored.kind === value.kind && stored.bytes.equals(value.bytes)) return existing
    throw new ServiceError(
      'ResourceExistsException',
      `You can't use ClientRequestToken ${versionId} because that value is already in use for a version of secret ${secret.arn}.`,
    )
  }
  const encrypted = encryptValue(call, secret, versionId, value)
  const first = Object.keys(secret.versions).length === 0
  const labels = first ? [...new Set(['AWSCURRENT', ...stages])] : stages
  const version = existing ?? { id: versionId, createdAt: cloud.clock.now().toISOString(), stages: [] }
  label(cloud, { ...secret, versions: { ...secret.versions, [versionId]: version } }, versionId, labels)
  version.value = encrypted
  secret.versions[versionId] = version
  secret.changedAt = cloud.clock.now().toISOString()
  forgetDeprecated(cloud, secret)
  return version
}

/** Makes the pending version that has no value yet. @throws ServiceError LimitExceededException */
export function addEmptyVersion(cloud: Cloud, secret: SecretRecord, versionId: string): void {
  const version: VersionRecord = { id: versionId, createdAt: cloud.clock.now().toISOString(), stages: [] }
  attachLabels({ ...secret.versions, [versionId]: version }, versionId, ['AWSPENDING'])
  secret.versions[versionId] = version
}

/** Puts labels on a version and tells the event bus. @throws ServiceError from the rules of labels */
function label(cloud: Cloud, secret: SecretRecord, versionId: string, labels: readonly string[]): void {
  const moved = labels.filter((each) => holderOf(secret.versions, each) !== versionId)
  const current = holderOf(secret.versions, 'AWSCURRENT')
  const rotatedIn = current !== undefined && holderOf(secret.versions, 'AWSPENDING') === current
  // A rotation that has promoted its version is over when another value takes its place: no AWSPENDING stays behind.
  const over = rotatedIn && moved.includes('AWSCURRENT') ? ['AWSPENDING'] : []
  attachLabels(secret.versions, versionId, labels, over)
  for (const each of moved) labelUpdated(cloud, secret, each, versionId)
}

/**
 * The version that a read means: by id, by label, or AWSCURRENT.
 * @throws ServiceError ResourceNotFoundException also for a version without a value, InvalidRequestException when both
 *   are given and do not belong together
 */
export function findVersion(
  secret: SecretRecord,
  versionId: string | undefined,
  stage: string | undefined,
): VersionRecord & { value: NonNullable<VersionRecord['value']> } {
  const wanted = versionId ?? holderOf(secret.versions, stage ?? 'AWSCURRENT')
  const version = wanted === undefined ? undefined : secret.versions[wanted]
  const { value } = version ?? {}
  if (!version || !value) {
    const how = versionId === undefined ? `staging label: ${stage ?? 'AWSCURRENT'}` : `VersionId: ${versionId}`
    throw new ServiceError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${how}`,
    )
  }
  if (versionId !== undefined && stage !== undefined && !version.stages.includes(stage)) {
    throw invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.')
  }
  return { ...version, value }
}

const KEPT_DEPRECATED = 100

/** Deprecated versions go, the oldest first, beyond about a hundred, and never within their first day. */
function forgetDeprecated(cloud: Cloud, secret: SecretRecord): void {
  const deprecated = Object.values(secret.versions)
    .filter(({ stages }) => stages.length === 0)
    .sort((one, other) => one.createdAt.localeCompare(other.createdAt))
  const yesterday = cloud.clock.now().getTime() - DAY
  for (const version of deprecated.slice(0, Math.max(deprecated.length - KEPT_DEPRECATED, 0))) {
    if (new Date(version.createdAt).getTime() < yesterday) delete secret.versions[version.id]
  }
}
