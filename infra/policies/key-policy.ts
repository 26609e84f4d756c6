import type { Naming } from '../naming.ts'
import { type IamPolicy, type IamStatement, policy } from './permissions.ts'

export interface KeyUsers {
  readonly naming: Naming
  readonly writers: readonly string[]
  readonly readers: readonly string[]
  /** Makes secrets under the key. */
  readonly creator: string
}

/** What keeps a key administrable by the account, and opens nothing that it encrypts. */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:ReplicateKey',
  'kms:RevokeGrant',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
  'kms:UpdatePrimaryRegion',
] as const

/**
 * The policy of a group's key. Using it takes two consents: this policy must name the role (`aws:PrincipalArn`), and
 * the role's own policy must grant the action. A broad identity policy alone, such as an administrator's, opens
 * nothing; and a role is named before it exists, which a Principal element cannot do.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function keyPolicy({ naming, writers, readers, creator }: KeyUsers): IamPolicy {
  const statements: IamStatement[] = [
    {
      Sid: 'AdministerKey',
      Effect: 'Allow',
      Principal: { AWS: naming.accountRoot },
      Action: ADMINISTRATION,
      Resource: ['*'],
    },
  ]
  if (writers.length > 0) statements.push(use('WriteValues', ['kms:Decrypt', 'kms:GenerateDataKey'], writers, naming))
  if (readers.length > 0) statements.push(use('ReadValues', ['kms:Decrypt'], readers, naming))
  return policy(...statements, validate(creator, naming))
}

/**
 * Before a key becomes a secret's, Secrets Manager tries it out on behalf of whoever makes the secret, under a context
 * that names no secret but this literal, and throws what comes of it away.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
function validate(creator: string, naming: Naming): IamStatement {
  const literal = 'RequestToValidateKeyAccess'
  return {
    Sid: 'ValidateForNewSecrets',
    Effect: 'Allow',
    Principal: { AWS: naming.accountRoot },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: ['*'],
    Condition: {
      ArnEquals: { 'aws:PrincipalArn': [creator] },
      StringEquals: {
        'kms:ViaService': naming.viaSecretsManager,
        'kms:EncryptionContext:SecretARN': literal,
        'kms:EncryptionContext:SecretVersionId': literal,
      },
    },
  }
}

function use(Sid: string, Action: readonly string[], roles: readonly string[], naming: Naming): IamStatement {
  return {
    Sid,
    Effect: 'Allow',
    Principal: { AWS: naming.accountRoot },
    Action,
    Resource: ['*'],
    Condition: {
      ArnEquals: { 'aws:PrincipalArn': [...roles].sort() },
      StringEquals: { 'kms:ViaService': naming.viaSecretsManager },
      StringLike: { 'kms:EncryptionContext:SecretARN': naming.anySecretArn },
    },
  }
}
