import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { secretId } from '../input.ts'

const schema = z.object({ SecretId: secretId, TagKeys: z.array(z.string()) })

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UntagResource.html */
export function untagResource(input: unknown, call: Call): unknown {
  const { SecretId, TagKeys } = parseInput(schema, input)
  const context = { 'aws:TagKeys': TagKeys }
  const secret = findSecret(call, 'secretsmanager:UntagResource', SecretId, { context })
  for (const name of TagKeys) delete secret.tags[name]
  return {}
}
