import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { assertUsable, findKeyById } from '../key.ts'
import { inDays, scheduleMaterialRotation } from '../timers.ts'

const schema = z.object({ KeyId: keyId, RotationPeriodInDays: z.int().min(90).max(2_560).optional() })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html */
export function enableKeyRotation(input: unknown, call: Call): unknown {
  const { KeyId, RotationPeriodInDays } = parseInput(schema, input)
  const { cloud } = call
  const key = findKeyById(cloud, KeyId)
  const period = RotationPeriodInDays ?? key.rotation?.periodDays ?? 365
  authorizeKey(call, 'kms:EnableKeyRotation', key, { context: { 'kms:RotationPeriodInDays': String(period) } })
  assertUsable(key)
  if (key.rotation?.periodDays === period) return {}
  key.rotation = { periodDays: period, nextAt: inDays(cloud, period) }
  scheduleMaterialRotation(cloud, key)
  return {}
}
