import { windowEnd } from './rotation/schedule.ts'
import type { SecretRecord } from './state.ts'
import { tagOutput } from './tags.ts'

/** The members that DescribeSecret and ListSecrets share. */
export function metadata(secret: SecretRecord): Record<string, unknown> {
  const { rotation } = secret
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    RotationEnabled: rotation?.enabled,
    RotationLambdaARN: rotation?.lambdaArn,
    RotationRules: rotation?.rules,
    LastRotatedDate: date(secret.rotatedAt),
    LastChangedDate: date(secret.changedAt),
    LastAccessedDate: date(secret.accessedAt),
    DeletedDate: date(secret.deletionAt),
    NextRotationDate: rotation?.enabled && rotation.nextAt ? windowEnd(rotation.rules, rotation.nextAt) : undefined,
    Tags: tagOutput(secret.tags),
    CreatedDate: date(secret.createdAt),
  }
}

/** Version id → labels, without the deprecated versions that have none; undefined when no version has any. */
export function stagesByVersion(secret: SecretRecord): Record<string, readonly string[]> | undefined {
  const staged = Object.values(secret.versions).filter(({ stages }) => stages.length > 0)
  return staged.length === 0 ? undefined : Object.fromEntries(staged.map(({ id, stages }) => [id, stages]))
}

const date = (iso: string | undefined): Date | undefined => (iso === undefined ? undefined : new Date(iso))
