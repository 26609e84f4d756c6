import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findPolicy } from '../find-policy.ts'
import { findRole } from '../find-role.ts'
import { roleName } from '../names.ts'

const schema = z.object({ RoleName: roleName })

export const listAttachedRolePolicies: Operation = (input, call) => {
  const { RoleName } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:ListAttachedRolePolicies', role.arn)
  const attached = role.attached.map((arn) => ({ PolicyName: findPolicy(call.cloud, arn).name, PolicyArn: arn }))
  return { AttachedPolicies: attached, IsTruncated: false }
}
