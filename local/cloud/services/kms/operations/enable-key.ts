import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { assertNotPendingDeletion, findKeyById } from '../key.ts'

const schema = z.object({ KeyId: keyId })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html */
export function enableKey(input: unknown, call: Call): unknown {
  const { KeyId } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:EnableKey', key)
  assertNotPendingDeletion(key)
  key.state = 'Enabled'
  return {}
}
