import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { roleName } from '../names.ts'

const schema = z.object({ RoleName: roleName, TagKeys: z.array(z.string()) })

export const untagRole: Operation = (input, call) => {
  const { RoleName, TagKeys } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:UntagRole', role.arn)
  for (const key of TagKeys) delete role.tags[key]
}
