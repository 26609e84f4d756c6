import type { Cloud } from '../../cloud.ts'
import type { KeyRecord } from './state.ts'

export const keyMetadata = (cloud: Cloud, key: KeyRecord): unknown => ({
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
