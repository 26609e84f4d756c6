import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { page } from '../input.ts'
import { paginate } from '../paginate.ts'

const schema = z.object(page)

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html */
export function listKeys(input: unknown, call: Call): unknown {
  const { Limit, Marker } = parseInput(schema, input)
  call.authorize('kms:ListKeys', '*')
  const { items, ...rest } = paginate(Object.values(call.cloud.state.kms.keys), Limit, Marker)
  return { Keys: items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })), ...rest }
}
