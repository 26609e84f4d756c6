import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { assertUsable, findKeyById } from '../key.ts'

const schema = z.object({ KeyId: keyId })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html */
export function disableKeyRotation(input: unknown, call: Call): unknown {
  const { KeyId } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:DisableKeyRotation', key)
  assertUsable(key)
  delete key.rotation
  return {}
}
