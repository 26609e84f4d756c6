import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { renderRole } from '../render.ts'

const schema = z.object({ PathPrefix: z.string().default('/') })

export const listRoles: Operation = (input, call) => {
  const { PathPrefix } = parseInput(schema, input, 'ValidationError')
  call.authorize('iam:ListRoles', `arn:aws:iam::${call.cloud.accountId}:role${PathPrefix}`)
  const roles = Object.values(call.cloud.state.iam.roles).filter(({ path }) => path.startsWith(PathPrefix))
  return { Roles: roles.map(renderRole), IsTruncated: false }
}
