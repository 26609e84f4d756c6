import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { assertUsable, findKeyById, newMaterial } from '../key.ts'

const schema = z.object({ KeyId: keyId })

/** KMS allows this many on-demand rotations in a key's life. */
const MOST_ON_DEMAND = 25

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html */
export function rotateKeyOnDemand(input: unknown, call: Call): unknown {
  const { KeyId } = parseInput(schema, input)
  const key = findKeyById(call.cloud, KeyId)
  authorizeKey(call, 'kms:RotateKeyOnDemand', key)
  assertUsable(key)
  if (key.materials.filter(({ origin }) => origin === 'ON_DEMAND').length >= MOST_ON_DEMAND) {
    throw new ServiceError('LimitExceededException', `${key.arn} has reached ${MOST_ON_DEMAND} on-demand rotations.`)
  }
  key.materials.push(newMaterial(call.cloud, 'ON_DEMAND'))
  return { KeyId: key.arn }
}
