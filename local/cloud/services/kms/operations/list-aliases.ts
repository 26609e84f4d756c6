import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { keyId, page } from '../input.ts'
import { aliasArn, findKeyById } from '../key.ts'

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

interface Page<Item> {
  readonly items: readonly Item[]
  readonly NextMarker?: string
  readonly Truncated: boolean
}

/** One page of a list; the marker is the index at which it begins. @throws ServiceError InvalidMarkerException */
function paginate<Item>(items: readonly Item[], limit = 100, marker?: string): Page<Item> {
  const start = marker === undefined ? 0 : Number(marker)
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new ServiceError('InvalidMarkerException', 'Marker is not one that this operation returned.')
  }
  const end = start + limit
  const more = end < items.length
  return { items: items.slice(start, end), Truncated: more, ...(more && { NextMarker: String(end) }) }
}
