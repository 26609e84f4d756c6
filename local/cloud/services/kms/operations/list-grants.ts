import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId, page } from '../input.ts'
import { findKeyById } from '../key.ts'
import { paginate } from '../paginate.ts'

const schema = z.object({
  KeyId: keyId,
  GrantId: z.string().optional(),
  GranteePrincipal: z.string().optional(),
  ...page,
})

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html */
export function listGrants(input: unknown, call: Call): unknown {
  const { KeyId, GrantId, GranteePrincipal, Limit, Marker } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:ListGrants', key)
  const grants = key.grants
    .filter(({ id }) => GrantId === undefined || id === GrantId)
    .filter(({ granteePrincipal }) => GranteePrincipal === undefined || granteePrincipal === GranteePrincipal)
  const { items, ...rest } = paginate(grants, Limit, Marker)
  return {
    Grants: items.map((grant) => ({
      KeyId: key.arn,
      GrantId: grant.id,
      Name: grant.name,
      CreationDate: new Date(grant.createdAt),
      GranteePrincipal: grant.granteePrincipal,
      RetiringPrincipal: grant.retiringPrincipal,
      IssuingAccount: `arn:aws:iam::${call.cloud.accountId}:root`,
      Operations: grant.operations,
      Constraints: grant.constraints,
    })),
    ...rest,
  }
}
