import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { roleName } from '../names.ts'

const schema = z.object({ RoleName: roleName })

export const deleteRole: Operation = (input, call) => {
  const { RoleName } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:DeleteRole', role.arn)
  if (Object.keys(role.inline).length > 0 || role.attached.length > 0) {
    throw new ServiceError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409)
  }
  delete call.cloud.state.iam.roles[RoleName]
}
