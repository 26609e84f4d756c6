import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { labelUpdated } from '../events.ts'
import { findSecret } from '../find-secret.ts'
import { invalidParameter, invalidRequest, secretId, stage, versionId } from '../input.ts'
import { moveLabel } from '../labels.ts'
import type { SecretRecord } from '../state.ts'

const schema = z.object({
  SecretId: secretId,
  VersionStage: stage,
  RemoveFromVersionId: versionId.optional(),
  MoveToVersionId: versionId.optional(),
})

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html */
export function updateSecretVersionStage(input: unknown, call: Call): unknown {
  const { SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId } = parseInput(schema, input)
  const context = { 'secretsmanager:VersionStage': VersionStage }
  const secret = findSecret(call, 'secretsmanager:UpdateSecretVersionStage', SecretId, { context })
  if (RemoveFromVersionId === undefined && MoveToVersionId === undefined) {
    throw invalidParameter('You must provide RemoveFromVersionId, MoveToVersionId, or both.')
  }
  assertVersion(secret, RemoveFromVersionId)
  assertVersion(secret, MoveToVersionId)
  if (VersionStage === 'AWSCURRENT' && MoveToVersionId && !secret.versions[MoveToVersionId]?.value) {
    throw invalidRequest(`You can't move AWSCURRENT to version ${MoveToVersionId} because it has no secret value.`)
  }
  moveLabel(secret.versions, { label: VersionStage, from: RemoveFromVersionId, to: MoveToVersionId })
  secret.changedAt = call.cloud.clock.now().toISOString()
  if (MoveToVersionId) labelUpdated(call.cloud, secret, VersionStage, MoveToVersionId)
  return { ARN: secret.arn, Name: secret.name }
}

function assertVersion(secret: SecretRecord, id: string | undefined): void {
  if (id === undefined || secret.versions[id]) return
  throw new ServiceError('ResourceNotFoundException', `Secrets Manager can't find the specified secret version: ${id}.`)
}
