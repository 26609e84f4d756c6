import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { parsePolicy } from '../iam/evaluator/policy-document.ts'
import type { RequestContext } from '../iam/types.ts'
import type { Call } from '../service.ts'
import { assertName } from './input.ts'
import type { SecretRecord } from './state.ts'

export interface FindOptions {
  readonly context?: RequestContext
  /** Secrets that wait for their deletion are found too. */
  readonly deletedToo?: boolean
}

/**
 * The secret that a name, an ARN, or an ARN without its random suffix means, once IAM lets the caller do `action`.
 * @throws AccessDeniedError; ServiceError ResourceNotFoundException, ValidationException for what is no name, or
 *   InvalidRequestException while it is being deleted
 */
export function findSecret(call: Call, action: string, secretId: string, options: FindOptions = {}): SecretRecord {
  assertName(secretId)
  const secret = lookUp(call.cloud, secretId)
  authorizeSecret(call, action, secret ?? arnOf(call.cloud, secretId), secretId, options.context)
  if (!secret) throw notFound()
  if (secret.deletionAt && !options.deletedToo) throw markedForDeletion('perform this operation on the secret')
  return secret
}

/** A refusal names the secret as the caller did. @throws AccessDeniedError */
export function authorizeSecret(
  call: Call,
  action: string,
  on: SecretRecord | string,
  asked: string,
  context?: RequestContext,
): void {
  if (typeof on === 'string') {
    call.authorize(action, on, context, { asked })
    return
  }
  const resourcePolicy = on.resourcePolicy === undefined ? undefined : parsePolicy(on.resourcePolicy)
  call.authorize(action, on.arn, { ...secretContext(on), ...context }, { resourcePolicy, asked })
}

export function lookUp(cloud: Cloud, secretId: string): SecretRecord | undefined {
  const { secrets } = cloud.state.secretsManager
  if (!secretId.startsWith('arn:')) return Object.hasOwn(secrets, secretId) ? secrets[secretId] : undefined
  return Object.values(secrets).find(({ arn }) => arn === secretId || arn.slice(0, -SUFFIX.length) === secretId)
}

const SUFFIX = '-XXXXXX'

export const secretContext = (secret: SecretRecord): RequestContext => ({
  'secretsmanager:SecretId': secret.arn,
  ...(secret.rotation && { 'secretsmanager:resource/AllowRotationLambdaArn': secret.rotation.lambdaArn }),
  ...Object.fromEntries(
    Object.entries(secret.tags).flatMap(([name, value]) => [
      [`aws:ResourceTag/${name}`, value],
      [`secretsmanager:ResourceTag/${name}`, value],
    ]),
  ),
})

export function arnOf({ region, accountId }: Cloud, secretId: string): string {
  return secretId.startsWith('arn:') ? secretId : `arn:aws:secretsmanager:${region}:${accountId}:secret:${secretId}`
}

export const notFound = (): ServiceError =>
  new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")

export const markedForDeletion = (what: string): ServiceError =>
  new ServiceError('InvalidRequestException', `You can't ${what} because it was marked for deletion.`)
