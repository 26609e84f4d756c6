import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { invalidRequest, readValue, requireToken, secretId, stage, valueMembers, versionId } from '../input.ts'
import { storeVersion } from '../versions.ts'

const schema = z.object({
  SecretId: secretId,
  ClientRequestToken: versionId.optional(),
  ...valueMembers,
  VersionStages: z.array(stage).min(1).max(20).default(['AWSCURRENT']),
  /** Only cross-account and assumed-role functions must send it; one account has nothing to check it against. */
  RotationToken: z.string().min(36).max(256).optional(),
})

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
export function putSecretValue(input: unknown, call: Call): unknown {
  const { SecretId, ClientRequestToken, VersionStages, ...rest } = parseInput(schema, input)
  const token = requireToken(ClientRequestToken)
  const secret = findSecret(call, 'secretsmanager:PutSecretValue', SecretId)
  const value = readValue(rest)
  if (!value) throw invalidRequest('You must provide either SecretString or SecretBinary.')
  const version = storeVersion(call, secret, token, value, VersionStages)
  if (version.stages.includes('AWSCURRENT')) call.cloud.rotations.countAsRotation(secret)
  return { ARN: secret.arn, Name: secret.name, VersionId: token, VersionStages: version.stages }
}
