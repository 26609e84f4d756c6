import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { roleName } from '../names.ts'
import { checkTrustPolicy } from '../policy-text.ts'

const schema = z.object({ RoleName: roleName, PolicyDocument: z.string() })

export const updateAssumeRolePolicy: Operation = (input, call) => {
  const { RoleName, PolicyDocument } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:UpdateAssumeRolePolicy', role.arn)
  role.trust = checkTrustPolicy(PolicyDocument)
}
