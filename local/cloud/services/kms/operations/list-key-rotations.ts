import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId, page } from '../input.ts'
import { findKeyById } from '../key.ts'
import { paginate } from '../paginate.ts'

const schema = z.object({
  KeyId: keyId,
  IncludeKeyMaterial: z.enum(['ALL_KEY_MATERIAL', 'ROTATIONS_ONLY']).optional(),
  ...page,
})

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html */
export function listKeyRotations(input: unknown, call: Call): unknown {
  const { KeyId, IncludeKeyMaterial, Limit, Marker } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:ListKeyRotations', key)
  const all = IncludeKeyMaterial === 'ALL_KEY_MATERIAL'
  const rotations = key.materials.filter(({ origin }) => all || origin !== 'CREATED')
  const { items, ...rest } = paginate(rotations, Limit, Marker)
  return {
    Rotations: items.map((material) => ({
      KeyId: key.arn,
      KeyMaterialId: material.id,
      KeyMaterialState: material === key.materials.at(-1) ? 'CURRENT' : 'NON_CURRENT',
      ...(material.origin !== 'CREATED' && {
        RotationDate: new Date(material.createdAt),
        RotationType: material.origin,
      }),
    })),
    ...rest,
  }
}
