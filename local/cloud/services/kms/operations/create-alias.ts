import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { aliasName, keyId } from '../input.ts'
import { aliasArn, assertNotPendingDeletion, findKeyById } from '../key.ts'

const schema = z.object({ AliasName: aliasName, TargetKeyId: keyId })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
export function createAlias(input: unknown, call: Call): unknown {
  const { AliasName, TargetKeyId } = parseInput(schema, input)
  const { cloud } = call
  call.authorize('kms:CreateAlias', aliasArn(cloud, AliasName))
  const key = findKeyById(cloud, TargetKeyId)
  authorizeKey(call, 'kms:CreateAlias', key)
  if (AliasName.startsWith('alias/aws/')) {
    throw new ServiceError('NotAuthorizedException', 'Aliases that begin with alias/aws/ are reserved by AWS services')
  }
  const { aliases } = cloud.state.kms
  if (aliases[AliasName]) {
    throw new ServiceError(
      'AlreadyExistsException',
      `An alias with the name ${aliasArn(cloud, AliasName)} already exists`,
    )
  }
  assertNotPendingDeletion(key)
  const now = cloud.clock.now().toISOString()
  aliases[AliasName] = { keyId: key.id, createdAt: now, updatedAt: now }
  return {}
}
