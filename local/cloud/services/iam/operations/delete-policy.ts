import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { attachmentsOf, findPolicy } from '../find-policy.ts'
import { isManagedByAws } from '../managed-policies.ts'

const schema = z.object({ PolicyArn: z.string() })

export const deletePolicy: Operation = (input, call) => {
  const { PolicyArn } = parseInput(schema, input, 'ValidationError')
  call.authorize('iam:DeletePolicy', PolicyArn)
  if (isManagedByAws(PolicyArn)) throw new ServiceError('AccessDenied', 'Policy is outside your own account.', 403)
  const { arn } = findPolicy(call.cloud, PolicyArn)
  if (attachmentsOf(call.cloud, arn) > 0) {
    throw new ServiceError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409)
  }
  delete call.cloud.state.iam.policies[arn]
}
