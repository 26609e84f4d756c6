import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { roleName, tagList } from '../names.ts'

const schema = z.object({ RoleName: roleName })

export const listRoleTags: Operation = (input, call) => {
  const { RoleName } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:ListRoleTags', role.arn)
  return { Tags: tagList(role.tags), IsTruncated: false }
}
