import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId, tagKeys } from '../input.ts'
import { assertNotPendingDeletion, findKeyById } from '../key.ts'

const schema = z.object({ KeyId: keyId, TagKeys: tagKeys })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html */
export function untagResource(input: unknown, call: Call): unknown {
  const { KeyId, TagKeys } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:UntagResource', key)
  assertNotPendingDeletion(key)
  for (const name of TagKeys) delete key.tags[name]
  return {}
}
