import { z } from 'zod'
import type { Cloud } from '../../../cloud.ts'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { arnOf, authorizeSecret, lookUp } from '../find-secret.ts'
import { assertName, invalidRequest, readValue, requireToken, valueMembers, versionId } from '../input.ts'
import type { SecretRecord } from '../state.ts'
import { tagContext, tagList, withTags } from '../tags.ts'
import { validateKeyAccess } from '../value.ts'
import { storeVersion } from '../versions.ts'

const schema = z.object({
  Name: z.string().min(1).max(512),
  ClientRequestToken: versionId.optional(),
  Description: z.string().max(2_048).optional(),
  KmsKeyId: z.string().max(2_048).optional(),
  ...valueMembers,
  Tags: tagList,
  AddReplicaRegions: z.array(z.unknown()).max(0, 'replication is not part of the local cloud').optional(),
  ForceOverwriteReplicaSecret: z.boolean().optional(),
  Type: z.string().optional(),
})

/** `!` is in the names that AWS's own services make. */
const NEW_NAME = /^[A-Za-z0-9/_+=.@-]+$/

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export function createSecret(input: unknown, call: Call): unknown {
  const { Name, ClientRequestToken, Description, KmsKeyId, Tags, ...rest } = parseInput(schema, input)
  const { cloud } = call
  const token = requireToken(ClientRequestToken)
  assertName(Name, NEW_NAME)
  const value = readValue(rest)
  const context = {
    'secretsmanager:Name': Name,
    ...(Description && { 'secretsmanager:Description': Description }),
    ...(KmsKeyId && { 'secretsmanager:KmsKeyId': KmsKeyId }),
    ...tagContext(Tags),
  }
  const arn = `${arnOf(cloud, Name)}-${suffix(cloud)}`
  authorizeSecret(call, 'secretsmanager:CreateSecret', arn, Name, context)
  if (Tags.length > 0) authorizeSecret(call, 'secretsmanager:TagResource', arn, Name, context)
  const existing = lookUp(cloud, Name)
  if (existing) return repeat(call, existing, token, value)
  if (KmsKeyId) validateKeyAccess(call, KmsKeyId)

  const now = cloud.clock.now().toISOString()
  const secret: SecretRecord = {
    arn,
    name: Name,
    createdAt: now,
    changedAt: now,
    tags: withTags({}, Tags),
    versions: {},
    ...(Description && { description: Description }),
    ...(KmsKeyId && { kmsKeyId: KmsKeyId }),
  }
  if (value) storeVersion(call, secret, token, value, ['AWSCURRENT'])
  cloud.state.secretsManager.secrets[Name] = secret
  return { ARN: arn, Name, VersionId: value && token }
}

/** The same request sent again succeeds; anything else under a name that is taken does not. */
function repeat(call: Call, secret: SecretRecord, token: string, value: ReturnType<typeof readValue>): unknown {
  if (secret.deletionAt) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )
  }
  if (value && secret.versions[token]) {
    storeVersion(call, secret, token, value, ['AWSCURRENT'])
    return { ARN: secret.arn, Name: secret.name, VersionId: token }
  }
  throw new ServiceError(
    'ResourceExistsException',
    `The operation failed because the secret ${secret.name} already exists.`,
  )
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function suffix({ random }: Cloud): string {
  return Array.from({ length: 6 }, () => ALPHANUMERIC[random.int(ALPHANUMERIC.length)]).join('')
}
