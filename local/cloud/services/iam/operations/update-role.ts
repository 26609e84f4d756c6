import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { roleName } from '../names.ts'

const schema = z.object({
  RoleName: roleName,
  Description: z.string().max(1000).optional(),
  MaxSessionDuration: z.coerce.number().int().min(3600).max(43_200).optional(),
})

export const updateRole: Operation = (input, call) => {
  const { RoleName, Description, MaxSessionDuration } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:UpdateRole', role.arn)
  if (Description !== undefined) role.description = Description
  if (MaxSessionDuration !== undefined) role.maxSessionSeconds = MaxSessionDuration
}
