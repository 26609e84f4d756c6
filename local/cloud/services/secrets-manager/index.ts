import { json } from '../../protocol/json.ts'
import { parsePolicy } from '../iam/evaluator/policy-document.ts'
import type { Service } from '../service.ts'
import { scheduleDeletion } from './deletion.ts'
import { cancelRotateSecret } from './operations/cancel-rotate-secret.ts'
import { createSecret } from './operations/create-secret.ts'
import { deleteResourcePolicy } from './operations/delete-resource-policy.ts'
import { deleteSecret } from './operations/delete-secret.ts'
import { describeSecret } from './operations/describe-secret.ts'
import { getResourcePolicy } from './operations/get-resource-policy.ts'
import { getSecretValue } from './operations/get-secret-value.ts'
import { listSecretVersionIds } from './operations/list-secret-version-ids.ts'
import { listSecrets } from './operations/list-secrets.ts'
import { putResourcePolicy } from './operations/put-resource-policy.ts'
import { putSecretValue } from './operations/put-secret-value.ts'
import { restoreSecret } from './operations/restore-secret.ts'
import { rotateSecret } from './operations/rotate-secret.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateSecret } from './operations/update-secret.ts'
import { updateSecretVersionStage } from './operations/update-secret-version-stage.ts'

/** Every operation but replication to other Regions. */
export const secretsManager: Service = {
  name: 'secretsmanager',
  protocol: json,
  operations: {
    CancelRotateSecret: cancelRotateSecret,
    CreateSecret: createSecret,
    DeleteResourcePolicy: deleteResourcePolicy,
    DeleteSecret: deleteSecret,
    DescribeSecret: describeSecret,
    GetResourcePolicy: getResourcePolicy,
    GetSecretValue: getSecretValue,
    ListSecretVersionIds: listSecretVersionIds,
    ListSecrets: listSecrets,
    PutResourcePolicy: putResourcePolicy,
    PutSecretValue: putSecretValue,
    RestoreSecret: restoreSecret,
    RotateSecret: rotateSecret,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateSecret: updateSecret,
    UpdateSecretVersionStage: updateSecretVersionStage,
  },
  start(cloud) {
    const secrets = () => Object.values(cloud.state.secretsManager.secrets)
    for (const secret of secrets()) scheduleDeletion(cloud, secret)
    cloud.rotations.resume()
    cloud.iam.watchResourcePolicies(() =>
      secrets().flatMap(({ arn, resourcePolicy }) =>
        resourcePolicy === undefined ? [] : [{ resource: arn, document: parsePolicy(resourcePolicy) }],
      ),
    )
  },
  async stop(cloud) {
    await cloud.rotations.idle()
  },
}
