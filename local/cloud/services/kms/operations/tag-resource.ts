import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId, tagList, withTags } from '../input.ts'
import { assertNotPendingDeletion, findKeyById } from '../key.ts'

const schema = z.object({ KeyId: keyId, Tags: tagList })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html */
export function tagResource(input: unknown, call: Call): unknown {
  const { KeyId, Tags } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:TagResource', key)
  assertNotPendingDeletion(key)
  key.tags = withTags(key.tags, Tags)
  return {}
}
