import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId, page } from '../input.ts'
import { findKeyById } from '../key.ts'
import { paginate } from '../paginate.ts'

const schema = z.object({ KeyId: keyId, ...page })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html */
export function listResourceTags(input: unknown, call: Call): unknown {
  const { KeyId, Limit, Marker } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:ListResourceTags', key)
  const { items, ...rest } = paginate(Object.entries(key.tags), Limit, Marker)
  return { Tags: items.map(([TagKey, TagValue]) => ({ TagKey, TagValue })), ...rest }
}
