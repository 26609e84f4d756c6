import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { secretId } from '../input.ts'

const schema = z.object({ SecretId: secretId })

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html */
export function restoreSecret(input: unknown, call: Call): unknown {
  const { SecretId } = parseInput(schema, input)
  const secret = findSecret(call, 'secretsmanager:RestoreSecret', SecretId, { deletedToo: true })
  delete secret.deletedAt
  delete secret.deletionAt
  call.cloud.rotations.schedule(secret)
  return { ARN: secret.arn, Name: secret.name }
}
