import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { assertNotPendingDeletion, findKeyById } from '../key.ts'
import { inDays, scheduleDeletion } from '../timers.ts'

const schema = z.object({ KeyId: keyId, PendingWindowInDays: z.int().min(7).max(30).default(30) })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
export function scheduleKeyDeletion(input: unknown, call: Call): unknown {
  const { KeyId, PendingWindowInDays } = parseInput(schema, input)
  const { cloud } = call
  const key = findKeyById(cloud, KeyId)
  const context = { 'kms:ScheduleKeyDeletionPendingWindowInDays': String(PendingWindowInDays) }
  authorizeKey(call, 'kms:ScheduleKeyDeletion', key, { context })
  assertNotPendingDeletion(key)
  key.state = 'PendingDeletion'
  key.deletionAt = inDays(cloud, PendingWindowInDays)
  scheduleDeletion(cloud, key)
  return { KeyId: key.arn, DeletionDate: new Date(key.deletionAt), KeyState: key.state, PendingWindowInDays }
}
