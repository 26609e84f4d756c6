import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { findKeyById } from '../key.ts'

const schema = z.object({ KeyId: keyId })

/** The key comes back disabled. https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html */
export function cancelKeyDeletion(input: unknown, call: Call): unknown {
  const { KeyId } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:CancelKeyDeletion', key)
  if (key.state !== 'PendingDeletion') {
    throw new ServiceError('KMSInvalidStateException', `${key.arn} is not pending deletion.`)
  }
  key.state = 'Disabled'
  delete key.deletionAt
  return { KeyId: key.arn }
}
