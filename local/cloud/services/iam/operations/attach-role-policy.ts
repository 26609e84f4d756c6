import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findPolicy } from '../find-policy.ts'
import { findRole } from '../find-role.ts'
import { roleName } from '../names.ts'

const schema = z.object({ RoleName: roleName, PolicyArn: z.string() })

export const attachRolePolicy: Operation = (input, call) => {
  const { RoleName, PolicyArn } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:AttachRolePolicy', role.arn, { 'iam:PolicyARN': PolicyArn })
  const { arn } = findPolicy(call.cloud, PolicyArn)
  if (!role.attached.includes(arn)) role.attached.push(arn)
}
