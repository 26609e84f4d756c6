import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { keyId, page } from '../input.ts'
import { aliasArn, findKeyById } from '../key.ts'
import { paginate } from '../paginate.ts'

const schema = z.object({ KeyId: keyId.optional(), ...page })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html */
export function listAliases(input: unknown, call: Call): unknown {
  const { KeyId, Limit, Marker } = parseInput(schema, input)
  const { cloud } = call
  call.authorize('kms:ListAliases', '*')
  const only = KeyId === undefined ? undefined : findKeyById(cloud, KeyId).id
  const aliases = Object.entries(cloud.state.kms.aliases).filter(([, alias]) => !only || alias.keyId === only)
  const { items, ...rest } = paginate(aliases, Limit, Marker)
  return {
    Aliases: items.map(([name, alias]) => ({
      AliasName: name,
      AliasArn: aliasArn(cloud, name),
      TargetKeyId: alias.keyId,
      CreationDate: new Date(alias.createdAt),
      LastUpdatedDate: new Date(alias.updatedAt),
    })),
    ...rest,
  }
}
