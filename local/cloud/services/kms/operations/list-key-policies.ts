import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId, page } from '../input.ts'
import { findKeyById } from '../key.ts'

const schema = z.object({ KeyId: keyId, ...page })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html */
export function listKeyPolicies(input: unknown, call: Call): unknown {
  const { KeyId } = parseInput(schema, input)
  authorizeKey(call, 'kms:ListKeyPolicies', findKeyById(call.cloud, KeyId))
  return { PolicyNames: ['default'], Truncated: false }
}
