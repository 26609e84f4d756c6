import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { secretId } from '../input.ts'

const schema = z.object({ SecretId: secretId })

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetResourcePolicy.html */
export function getResourcePolicy(input: unknown, call: Call): unknown {
  const { SecretId } = parseInput(schema, input)
  const secret = findSecret(call, 'secretsmanager:GetResourcePolicy', SecretId)
  return { ARN: secret.arn, Name: secret.name, ResourcePolicy: secret.resourcePolicy }
}
