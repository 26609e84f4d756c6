import { json } from '../../protocol/json.ts'
import { parsePolicy } from '../iam/evaluator/policy-document.ts'
import type { Service } from '../service.ts'
import { cancelKeyDeletion } from './operations/cancel-key-deletion.ts'
import { createAlias } from './operations/create-alias.ts'
import { createGrant } from './operations/create-grant.ts'
import { createKey } from './operations/create-key.ts'
import { decrypt } from './operations/decrypt.ts'
import { deleteAlias } from './operations/delete-alias.ts'
import { describeKey } from './operations/describe-key.ts'
import { disableKey } from './operations/disable-key.ts'
import { disableKeyRotation } from './operations/disable-key-rotation.ts'
import { enableKey } from './operations/enable-key.ts'
import { enableKeyRotation } from './operations/enable-key-rotation.ts'
import { encrypt } from './operations/encrypt.ts'
import { generateDataKey, generateDataKeyWithoutPlaintext } from './operations/generate-data-key.ts'
import { generateRandom } from './operations/generate-random.ts'
import { getKeyPolicy } from './operations/get-key-policy.ts'
import { getKeyRotationStatus } from './operations/get-key-rotation-status.ts'
import { listAliases } from './operations/list-aliases.ts'
import { listGrants } from './operations/list-grants.ts'
import { listKeyPolicies } from './operations/list-key-policies.ts'
import { listKeyRotations } from './operations/list-key-rotations.ts'
import { listKeys } from './operations/list-keys.ts'
import { listResourceTags } from './operations/list-resource-tags.ts'
import { putKeyPolicy } from './operations/put-key-policy.ts'
import { reEncrypt } from './operations/re-encrypt.ts'
import { revokeGrant } from './operations/revoke-grant.ts'
import { rotateKeyOnDemand } from './operations/rotate-key-on-demand.ts'
import { scheduleKeyDeletion } from './operations/schedule-key-deletion.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateAlias } from './operations/update-alias.ts'
import { updateKeyDescription } from './operations/update-key-description.ts'
import { scheduleDeletion, scheduleMaterialRotation } from './timers.ts'

/** Symmetric customer keys with real AES-256-GCM; only the hardware is missing. */
export const kms: Service = {
  name: 'kms',
  protocols: [json],
  operations: {
    CancelKeyDeletion: cancelKeyDeletion,
    CreateAlias: createAlias,
    CreateGrant: createGrant,
    CreateKey: createKey,
    Decrypt: decrypt,
    DeleteAlias: deleteAlias,
    DescribeKey: describeKey,
    DisableKey: disableKey,
    DisableKeyRotation: disableKeyRotation,
    EnableKey: enableKey,
    EnableKeyRotation: enableKeyRotation,
    Encrypt: encrypt,
    GenerateDataKey: generateDataKey,
    GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
    GenerateRandom: generateRandom,
    GetKeyPolicy: getKeyPolicy,
    GetKeyRotationStatus: getKeyRotationStatus,
    ListAliases: listAliases,
    ListGrants: listGrants,
    ListKeyPolicies: listKeyPolicies,
    ListKeyRotations: listKeyRotations,
    ListKeys: listKeys,
    ListResourceTags: listResourceTags,
    PutKeyPolicy: putKeyPolicy,
    ReEncrypt: reEncrypt,
    RevokeGrant: revokeGrant,
    RotateKeyOnDemand: rotateKeyOnDemand,
    ScheduleKeyDeletion: scheduleKeyDeletion,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateAlias: updateAlias,
    UpdateKeyDescription: updateKeyDescription,
  },
  start(cloud) {
    for (const key of Object.values(cloud.state.kms.keys)) {
      scheduleMaterialRotation(cloud, key)
      scheduleDeletion(cloud, key)
    }
    cloud.iam.watchResourcePolicies(() =>
      Object.values(cloud.state.kms.keys)
        .filter(({ manager }) => manager === 'CUSTOMER')
        .map(({ arn, policy }) => ({ resource: arn, document: parsePolicy(policy) })),
    )
  },
}
