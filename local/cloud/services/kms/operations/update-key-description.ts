import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { assertNotPendingDeletion, findKeyById } from '../key.ts'

const schema = z.object({ KeyId: keyId, Description: z.string().max(8_192) })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html */
export function updateKeyDescription(input: unknown, call: Call): unknown {
  const { KeyId, Description } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:UpdateKeyDescription', key)
  assertNotPendingDeletion(key)
  key.description = Description
  return {}
}
