import { json } from '../../protocol/json.ts'
import { parsePolicy } from '../iam/evaluator/policy-document.ts'
import type { Service } from '../service.ts'
import { cancelKeyDeletion } from './operations/cancel-key-deletion.ts'
import { createAlias } from './operations/create-alias.ts'
import { createKey } from './operations/create-key.ts'
import { deleteAlias } from './operations/delete-alias.ts'
import { disableKeyRotation } from './operations/disable-key-rotation.ts'
import { enableKey } from './operations/enable-key.ts'
import { enableKeyRotation } from './operations/enable-key-rotation.ts'
import { generateDataKey } from './operations/generate-data-key.ts'
import { getKeyPolicy } from './operations/get-key-policy.ts'
import { getKeyRotationStatus } from './operations/get-key-rotation-status.ts'
import { listAliases } from './operations/list-aliases.ts'
import { putKeyPolicy } from './operations/put-key-policy.ts'
import { scheduleKeyDeletion } from './operations/schedule-key-deletion.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateAlias } from './operations/update-alias.ts'
import { updateKeyDescription } from './operations/update-key-description.ts'
import { scheduleDeletion, scheduleMaterialRotation } from './timers.ts'

/** Symmetric customer keys with real AES-256-GCM; only the hardware is missing. */
export const kms: Service = {
  name: 'kms',
  protocol: json,
  operations: {
    CancelKeyDeletion: cancelKeyDeletion,
    CreateAlias: createAlias,
    CreateKey: createKey,
    DeleteAlias: deleteAlias,
    DisableKeyRotation: disableKeyRotation,
    EnableKey: enableKey,
    EnableKeyRotation: enableKeyRotation,
    GenerateDataKey: generateDataKey,
    GetKeyPolicy: getKeyPolicy,
    GetKeyRotationStatus: getKeyRotationStatus,
    ListAliases: listAliases,
    PutKeyPolicy: putKeyPolicy,
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
