import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { roleName, tagRecord, tags } from '../names.ts'

const schema = z.object({ RoleName: roleName, Tags: tags })

export const tagRole: Operation = (input, call) => {
  const { RoleName, Tags } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:TagRole', role.arn)
  Object.assign(role.tags, tagRecord(Tags))
}
