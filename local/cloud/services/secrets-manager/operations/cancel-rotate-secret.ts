import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { secretId } from '../input.ts'

const schema = z.object({ SecretId: secretId })

/**
 * Turns rotation off. A rotation that was under way leaves AWSPENDING behind.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html
 */
export function cancelRotateSecret(input: unknown, call: Call): unknown {
  const { SecretId } = parseInput(schema, input)
  const secret = findSecret(call, 'secretsmanager:CancelRotateSecret', SecretId)
  const cancelled = secret.rotation?.running?.token
  call.cloud.rotations.cancel(secret)
  return { ARN: secret.arn, Name: secret.name, VersionId: cancelled }
}
