import { z } from 'zod'
import { ServiceError } from '../../protocol/service-error.ts'
import { parseInput } from '../parse-input.ts'
import type { Operation } from '../service.ts'
import { attachmentsOf, findPolicy } from './find-policy.ts'

const schema = z.object({ PolicyArn: z.string() })

export const deletePolicy: Operation = (input, call) => {
  const { PolicyArn } = parseInput(schema, input, 'ValidationError')
  call.authorize('iam:DeletePolicy', PolicyArn)
  const { arn } = findPolicy(call.cloud, PolicyArn)
  if (attachmentsOf(call.cloud, arn) > 0) {
    throw new ServiceError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409)
  }
  delete call.cloud.state.iam.policies[arn]
}
