import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findInlinePolicy, findRole } from '../find-role.ts'
import { policyName, roleName } from '../names.ts'

const schema = z.object({ RoleName: roleName, PolicyName: policyName })

export const deleteRolePolicy: Operation = (input, call) => {
  const { RoleName, PolicyName } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:DeleteRolePolicy', role.arn)
  findInlinePolicy(role, PolicyName)
  delete role.inline[PolicyName]
}
