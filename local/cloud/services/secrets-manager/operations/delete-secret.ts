import { z } from 'zod'
import { DAY } from '../../../../../core/clock.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { scheduleDeletion } from '../deletion.ts'
import { arnOf, authorizeSecret, findSecret, lookUp } from '../find-secret.ts'
import { assertName, invalidParameter, secretId } from '../input.ts'

const schema = z.object({
  SecretId: secretId,
  RecoveryWindowInDays: z.int().optional(),
  ForceDeleteWithoutRecovery: z.boolean().default(false),
})

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html */
export function deleteSecret(input: unknown, call: Call): unknown {
  const { SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery } = parseInput(schema, input)
  const { cloud } = call
  const context = {
    'secretsmanager:ForceDeleteWithoutRecovery': String(ForceDeleteWithoutRecovery),
    ...(RecoveryWindowInDays && { 'secretsmanager:RecoveryWindowInDays': String(RecoveryWindowInDays) }),
  }
  const now = cloud.clock.now()
  if (ForceDeleteWithoutRecovery && RecoveryWindowInDays !== undefined) {
    throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
  }
  if (RecoveryWindowInDays !== undefined && (RecoveryWindowInDays < 7 || RecoveryWindowInDays > 30)) {
    throw invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).')
  }
  assertName(SecretId)
  if (ForceDeleteWithoutRecovery && !lookUp(cloud, SecretId)) {
    // AWS answers a forced deletion of what is not there as if it had been.
    authorizeSecret(call, 'secretsmanager:DeleteSecret', arnOf(cloud, SecretId), SecretId, context)
    return { ARN: arnOf(cloud, SecretId), Name: SecretId, DeletionDate: now }
  }
  const secret = findSecret(call, 'secretsmanager:DeleteSecret', SecretId, {
    context,
    deletedToo: ForceDeleteWithoutRecovery,
  })
  cloud.rotations.interrupt(secret)
  if (ForceDeleteWithoutRecovery) {
    delete cloud.state.secretsManager.secrets[secret.name]
    return { ARN: secret.arn, Name: secret.name, DeletionDate: now }
  }
  secret.deletedAt = now.toISOString()
  secret.deletionAt = new Date(now.getTime() + (RecoveryWindowInDays ?? 30) * DAY).toISOString()
  scheduleDeletion(cloud, secret)
  return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(secret.deletionAt) }
}
