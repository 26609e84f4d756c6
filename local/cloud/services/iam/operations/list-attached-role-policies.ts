import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { findManagedPolicy } from '../managed-policies.ts'
import { roleName } from '../names.ts'

const schema = z.object({ RoleName: roleName })

export const listAttachedRolePolicies: Operation = (input, call) => {
  const { RoleName } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:ListAttachedRolePolicies', role.arn)
  const attached = role.attached.map((arn) => ({ PolicyName: findManagedPolicy(arn).name, PolicyArn: arn }))
  return { AttachedPolicies: attached, IsTruncated: false }
}
