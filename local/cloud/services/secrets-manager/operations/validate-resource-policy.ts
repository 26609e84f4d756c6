import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { arnOf, authorizeSecret, findSecret } from '../find-secret.ts'
import { secretId } from '../input.ts'
import { checkResourcePolicy, isPublic } from '../resource-policy.ts'

const schema = z.object({ SecretId: secretId.optional(), ResourcePolicy: z.string().min(1).max(20_480) })

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ValidateResourcePolicy.html */
export function validateResourcePolicy(input: unknown, call: Call): unknown {
  const { SecretId, ResourcePolicy } = parseInput(schema, input)
  const action = 'secretsmanager:ValidateResourcePolicy'
  if (SecretId === undefined) authorizeSecret(call, action, arnOf(call.cloud, '*'), '*')
  else findSecret(call, action, SecretId)
  checkResourcePolicy(ResourcePolicy)
  const open = isPublic(ResourcePolicy)
  return {
    PolicyValidationPassed: !open,
    ValidationErrors: open
      ? [{ CheckName: 'PublicPolicy', ErrorMessage: 'The resource policy grants access to every principal.' }]
      : [],
  }
}
