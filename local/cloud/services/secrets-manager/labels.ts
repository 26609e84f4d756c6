import { LABEL_BUDGET } from '../../../../core/versions.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { invalidParameter } from './input.ts'

/** Version id → its staging labels; what the rules of labels are about, without the values. */
export type StagedVersions = Readonly<Record<string, { stages: string[] }>>

/**
 * Puts labels on a version, taking each from whichever version has it, after those of `dropped` are taken away.
 * AWSPREVIOUS follows when AWSCURRENT moves.
 * @throws ServiceError LimitExceededException over 20 labels; nothing has changed then
 */
export function attachLabels(
  versions: StagedVersions,
  versionId: string,
  labels: readonly string[],
  dropped: readonly string[] = [],
): void {
  const draft = Object.fromEntries(Object.entries(versions).map(([id, { stages }]) => [id, { stages: [...stages] }]))
  for (const label of dropped) detachLabel(draft, label)
  for (const label of labels) move(draft, label, versionId)
  const count = Object.values(draft).reduce((sum, { stages }) => sum + stages.length, 0)
  if (count > LABEL_BUDGET) {
    throw new ServiceError(
      'LimitExceededException',
      `A secret can have at most ${LABEL_BUDGET} staging labels over all of its versions; this would make ${count}.`,
    )
  }
  for (const [id, { stages }] of Object.entries(draft)) {
    const version = versions[id]
    if (version) version.stages = stages
  }
}

export interface StageMove {
  readonly label: string
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/**
 * UpdateSecretVersionStage: moves a label, puts a new one, or takes one away.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 * @throws ServiceError InvalidParameterException when `from` is not the version that has the label, or AWSCURRENT would vanish
 */
export function moveLabel(versions: StagedVersions, { label, from, to }: StageMove): void {
  const holder = holderOf(versions, label)
  if (holder !== undefined && from === undefined && to !== holder) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    )
  }
  if (from !== undefined && from !== holder) {
    const where = holder === undefined ? 'not attached to any version' : `currently attached to version ${holder}`
    throw invalidParameter(
      `The parameter RemoveFromVersionId is not valid. Staging label ${label} is ${where}, not to version ${from}.`,
    )
  }
  if (to !== undefined) attachLabels(versions, to, [label])
  else if (label === 'AWSCURRENT') {
    throw invalidParameter(
      "You can't remove the staging label AWSCURRENT; name in MoveToVersionId the version it moves to.",
    )
  } else if (from !== undefined) detachLabel(versions, label)
}

/** The version that has a label. */
export const holderOf = (versions: StagedVersions, label: string): string | undefined =>
  Object.entries(versions).find(([, { stages }]) => stages.includes(label))?.[0]

/** Takes a label away, wherever it is. */
export function detachLabel(versions: StagedVersions, label: string): void {
  for (const version of Object.values(versions)) version.stages = version.stages.filter((each) => each !== label)
}

function move(versions: StagedVersions, label: string, to: string): void {
  const from = holderOf(versions, label)
  if (from === to) return
  detachLabel(versions, label)
  versions[to]?.stages.push(label)
  if (label === 'AWSCURRENT' && from !== undefined) {
    detachLabel(versions, 'AWSPREVIOUS')
    versions[from]?.stages.push('AWSPREVIOUS')
  }
}
