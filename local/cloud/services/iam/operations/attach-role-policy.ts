import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { findManagedPolicy } from '../managed-policies.ts'
import { roleName } from '../names.ts'

const schema = z.object({ RoleName: roleName, PolicyArn: z.string() })

export const attachRolePolicy: Operation = (input, call) => {
  const { RoleName, PolicyArn } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:AttachRolePolicy', role.arn, { 'iam:PolicyARN': PolicyArn })
  findManagedPolicy(PolicyArn)
  if (!role.attached.includes(PolicyArn)) role.attached.push(PolicyArn)
}
