import { json } from '../../protocol/json.ts'
import { parsePolicy } from '../iam/evaluator/policy-document.ts'
import type { Service } from '../service.ts'
import { batchGetSecretValue } from './batch-get-secret-value.ts'
import { cancelRotateSecret } from './cancel-rotate-secret.ts'
import { createSecret } from './create-secret.ts'
import { deleteResourcePolicy } from './delete-resource-policy.ts'
import { deleteSecret } from './delete-secret.ts'
import { scheduleDeletion } from './deletion.ts'
import { describeSecret } from './describe-secret.ts'
import { getRandomPassword } from './get-random-password.ts'
import { getResourcePolicy } from './get-resource-policy.ts'
import { getSecretValue } from './get-secret-value.ts'
import { listSecretVersionIds } from './list-secret-version-ids.ts'
import { listSecrets } from './list-secrets.ts'
import { putResourcePolicy } from './put-resource-policy.ts'
import { putSecretValue } from './put-secret-value.ts'
import { restoreSecret } from './restore-secret.ts'
import { rotateSecret } from './rotate-secret.ts'
import { tagResource } from './tag-resource.ts'
import { untagResource } from './untag-resource.ts'
import { updateSecret } from './update-secret.ts'
import { updateSecretVersionStage } from './update-secret-version-stage.ts'
import { validateResourcePolicy } from './validate-resource-policy.ts'

/** Every operation but replication to other Regions. */
export const secretsManager: Service = {
  name: 'secretsmanager',
  protocols: [json],
  operations: {
    BatchGetSecretValue: batchGetSecretValue,
    CancelRotateSecret: cancelRotateSecret,
    CreateSecret: createSecret,
    DeleteResourcePolicy: deleteResourcePolicy,
    DeleteSecret: deleteSecret,
    DescribeSecret: describeSecret,
    GetRandomPassword: getRandomPassword,
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
    ValidateResourcePolicy: validateResourcePolicy,
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
