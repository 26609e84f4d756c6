import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { secretId, stage, versionId } from '../input.ts'
import type { SecretRecord } from '../state.ts'
import { decryptValue, valueOutput } from '../value.ts'
import { findVersion } from '../versions.ts'

const schema = z.object({ SecretId: secretId, VersionId: versionId.optional(), VersionStage: stage.optional() })

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export function getSecretValue(input: unknown, call: Call): unknown {
  const { SecretId, VersionId, VersionStage } = parseInput(schema, input)
  const context = {
    ...(VersionId && { 'secretsmanager:VersionId': VersionId }),
    // AWS fills the default in, so that a policy may demand AWSCURRENT.
    ...((VersionStage || !VersionId) && { 'secretsmanager:VersionStage': VersionStage ?? 'AWSCURRENT' }),
  }
  const secret = findSecret(call, 'secretsmanager:GetSecretValue', SecretId, { context })
  return readSecret(call, secret, VersionId, VersionStage)
}

/** One secret's value in an answer, noted as accessed. @throws ServiceError from the look-up and the decryption */
function readSecret(call: Call, secret: SecretRecord, id?: string, label?: string): Record<string, unknown> {
  const version = findVersion(secret, id, label)
  const value = decryptValue(call, secret, version.id, version.value)
  const today = dayOf(call.cloud.clock.now())
  secret.accessedAt = today
  const record = secret.versions[version.id]
  if (record) record.accessedAt = today
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...(valueOutput(value) as object),
    VersionStages: version.stages,
    CreatedDate: new Date(version.createdAt),
  }
}

/** Midnight UTC: Secrets Manager keeps the day of the last access, not the moment. */
function dayOf(moment: Date): string {
  return `${moment.toISOString().slice(0, 10)}T00:00:00.000Z`
}
