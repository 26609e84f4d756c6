import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { aliasName, keyId } from '../input.ts'
import { aliasArn, assertNotPendingDeletion, findKey, findKeyById } from '../key.ts'

const schema = z.object({ AliasName: aliasName, TargetKeyId: keyId })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html */
export function updateAlias(input: unknown, call: Call): unknown {
  const { AliasName, TargetKeyId } = parseInput(schema, input)
  const { cloud } = call
  call.authorize('kms:UpdateAlias', aliasArn(cloud, AliasName))
  authorizeKey(call, 'kms:UpdateAlias', findKey(cloud, AliasName))
  const key = findKeyById(cloud, TargetKeyId)
  authorizeKey(call, 'kms:UpdateAlias', key)
  assertNotPendingDeletion(key)
  const alias = cloud.state.kms.aliases[AliasName]
  if (alias) Object.assign(alias, { keyId: key.id, updatedAt: cloud.clock.now().toISOString() })
  return {}
}
