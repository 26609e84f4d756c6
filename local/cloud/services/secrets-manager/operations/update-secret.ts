import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { readValue, requireToken, secretId, valueMembers, versionId } from '../input.ts'
import type { SecretRecord } from '../state.ts'
import { decryptValue, encryptValue, validateKeyAccess } from '../value.ts'
import { storeVersion } from '../versions.ts'

const schema = z.object({
  SecretId: secretId,
  ClientRequestToken: versionId.optional(),
  Description: z.string().max(2_048).optional(),
  KmsKeyId: z.string().max(2_048).optional(),
  ...valueMembers,
  Type: z.string().optional(),
})

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html */
export function updateSecret(input: unknown, call: Call): unknown {
  const { SecretId, ClientRequestToken, Description, KmsKeyId, ...rest } = parseInput(schema, input)
  const { cloud } = call
  const token = requireToken(ClientRequestToken)
  const context = {
    ...(Description !== undefined && { 'secretsmanager:Description': Description }),
    ...(KmsKeyId !== undefined && { 'secretsmanager:KmsKeyId': KmsKeyId }),
  }
  const secret = findSecret(call, 'secretsmanager:UpdateSecret', SecretId, { context })
  const value = readValue(rest)
  if (KmsKeyId) validateKeyAccess(call, KmsKeyId, secret.arn)
  if (KmsKeyId !== undefined) changeKey(call, secret, KmsKeyId)
  if (Description !== undefined) secret.description = Description
  secret.changedAt = cloud.clock.now().toISOString()
  if (value) {
    storeVersion(call, secret, token, value, ['AWSCURRENT'])
    cloud.rotations.countAsRotation(secret)
  }
  return { ARN: secret.arn, Name: secret.name, VersionId: value && token }
}

const RE_ENCRYPTED = ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS']

/** Versions under AWS's own labels move to the new key; others stay under the key they were written with. */
function changeKey(call: Call, secret: SecretRecord, kmsKeyId: string): void {
  const { kmsKeyId: _, ...others } = secret
  const under = kmsKeyId === '' ? others : { ...secret, kmsKeyId }
  const moved = Object.values(secret.versions).flatMap((version) => {
    if (!version.value || !version.stages.some((stage) => RE_ENCRYPTED.includes(stage))) return []
    const plain = decryptValue(call, secret, version.id, version.value)
    return [{ version, value: encryptValue(call, under, version.id, plain) }]
  })
  for (const { version, value } of moved) version.value = value
  if (kmsKeyId === '') delete secret.kmsKeyId
  else secret.kmsKeyId = kmsKeyId
}
