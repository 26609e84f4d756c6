import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { policyName, roleName } from '../names.ts'
import { checkIdentityPolicy } from '../policy-text.ts'

const schema = z.object({ RoleName: roleName, PolicyName: policyName, PolicyDocument: z.string() })

export const putRolePolicy: Operation = (input, call) => {
  const { RoleName, PolicyName, PolicyDocument } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:PutRolePolicy', role.arn)
  role.inline[PolicyName] = checkIdentityPolicy(PolicyDocument)
}
