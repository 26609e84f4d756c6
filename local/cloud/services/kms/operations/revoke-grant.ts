import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { findKeyById } from '../key.ts'

const schema = z.object({ KeyId: keyId, GrantId: z.string() })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html */
export function revokeGrant(input: unknown, call: Call): unknown {
  const { KeyId, GrantId } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:RevokeGrant', key)
  if (!key.grants.some(({ id }) => id === GrantId)) {
    throw new ServiceError('NotFoundException', `Grant ID ${GrantId} not found`)
  }
  key.grants = key.grants.filter(({ id }) => id !== GrantId)
  return {}
}
