import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { secretId } from '../input.ts'
import { checkResourcePolicy, isPublic } from '../resource-policy.ts'

const schema = z.object({
  SecretId: secretId,
  ResourcePolicy: z.string().min(1).max(20_480),
  BlockPublicPolicy: z.boolean().default(false),
})

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html */
export function putResourcePolicy(input: unknown, call: Call): unknown {
  const { SecretId, ResourcePolicy, BlockPublicPolicy } = parseInput(schema, input)
  const context = { 'secretsmanager:BlockPublicPolicy': String(BlockPublicPolicy) }
  const secret = findSecret(call, 'secretsmanager:PutResourcePolicy', SecretId, { context })
  checkResourcePolicy(ResourcePolicy)
  if (BlockPublicPolicy && isPublic(ResourcePolicy)) {
    throw new ServiceError(
      'PublicPolicyException',
      'The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the secret.',
    )
  }
  secret.resourcePolicy = ResourcePolicy
  return { ARN: secret.arn, Name: secret.name }
}
