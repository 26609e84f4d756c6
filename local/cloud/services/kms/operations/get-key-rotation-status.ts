import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { findKeyById } from '../key.ts'

const schema = z.object({ KeyId: keyId })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html */
export function getKeyRotationStatus(input: unknown, call: Call): unknown {
  const { KeyId } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:GetKeyRotationStatus', key)
  return {
    KeyId: key.arn,
    KeyRotationEnabled: key.rotation !== undefined,
    RotationPeriodInDays: key.rotation?.periodDays,
    NextRotationDate: key.rotation && new Date(key.rotation.nextAt),
  }
}
