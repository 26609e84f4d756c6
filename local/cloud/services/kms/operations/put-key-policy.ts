import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { assertNotPendingDeletion, findKeyById } from '../key.ts'
import { checkKeyPolicy } from '../key-policy.ts'

const schema = z.object({
  KeyId: keyId,
  PolicyName: z.literal('default').optional(),
  Policy: z.string().min(1).max(131_072),
  BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
})

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html */
export function putKeyPolicy(input: unknown, call: Call): unknown {
  const { KeyId, Policy } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:PutKeyPolicy', key)
  assertNotPendingDeletion(key)
  checkKeyPolicy(Policy)
  key.policy = Policy
  return {}
}
