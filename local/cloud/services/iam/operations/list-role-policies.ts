import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { roleName } from '../names.ts'

const schema = z.object({ RoleName: roleName })

export const listRolePolicies: Operation = (input, call) => {
  const { RoleName } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:ListRolePolicies', role.arn)
  return { PolicyNames: Object.keys(role.inline), IsTruncated: false }
}
