import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { findKeyById } from '../key.ts'

const schema = z.object({ KeyId: keyId, PolicyName: z.literal('default').optional() })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html */
export function getKeyPolicy(input: unknown, call: Call): unknown {
  const { KeyId } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:GetKeyPolicy', key)
  return { Policy: key.policy, PolicyName: 'default' }
}
