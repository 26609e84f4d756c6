import { z } from 'zod'
import type { Cloud } from '../../../cloud.ts'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { tagList, withTags } from '../input.ts'
import { addKey } from '../key.ts'
import { checkKeyPolicy } from '../key-policy.ts'
import type { KeyRecord } from '../state.ts'

const schema = z.object({
  Policy: z.string().max(131_072).optional(),
  Description: z.string().max(8_192).optional(),
  KeyUsage: z.string().default('ENCRYPT_DECRYPT'),
  CustomerMasterKeySpec: z.string().optional(),
  KeySpec: z.string().default('SYMMETRIC_DEFAULT'),
  Origin: z.string().default('AWS_KMS'),
  BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
  Tags: tagList,
  MultiRegion: z.boolean().optional(),
})

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
export function createKey(input: unknown, call: Call): unknown {
  const { Policy, Description, Tags, MultiRegion, ...kind } = parseInput(schema, input)
  const spec = kind.CustomerMasterKeySpec ?? kind.KeySpec
  call.authorize('kms:CreateKey', '*', { 'kms:KeySpec': spec, 'kms:KeyUsage': kind.KeyUsage })
  if (Tags.length > 0) call.authorize('kms:TagResource', '*')
  if (spec !== 'SYMMETRIC_DEFAULT' || kind.KeyUsage !== 'ENCRYPT_DECRYPT' || kind.Origin !== 'AWS_KMS') {
    throw new ServiceError(
      'UnsupportedOperationException',
      'The local cloud makes symmetric encryption keys only: KeySpec SYMMETRIC_DEFAULT, KeyUsage ENCRYPT_DECRYPT, Origin AWS_KMS.',
    )
  }
  if (Policy !== undefined) checkKeyPolicy(Policy)
  const key = addKey(call.cloud, {
    description: Description,
    policy: Policy,
    multiRegion: MultiRegion,
    tags: withTags({}, Tags),
  })
  return { KeyMetadata: keyMetadata(call.cloud, key) }
}

const keyMetadata = (cloud: Cloud, key: KeyRecord): unknown => ({
  AWSAccountId: cloud.accountId,
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: new Date(key.createdAt),
  Enabled: key.state === 'Enabled',
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: key.state,
  DeletionDate: key.deletionAt && new Date(key.deletionAt),
  Origin: 'AWS_KMS',
  KeyManager: key.manager,
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  CurrentKeyMaterialId: key.materials.at(-1)?.id,
  MultiRegion: key.multiRegion,
  ...(key.multiRegion && {
    MultiRegionConfiguration: {
      MultiRegionKeyType: 'PRIMARY',
      PrimaryKey: { Arn: key.arn, Region: cloud.region },
      ReplicaKeys: [],
    },
  }),
})
