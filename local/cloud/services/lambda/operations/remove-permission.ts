import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

/** docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html */
export const removePermission: Operation = (raw, call) => {
  const input = parseInput(z.object({ ...functionInput, StatementId: z.string() }), raw)
  const { record } = authorizedFunction(call, 'lambda:RemovePermission', input)
  if (!record.permissions.some(({ sid }) => sid === input.StatementId)) {
    throw new ServiceError(
      'ResourceNotFoundException',
      `Statement ${input.StatementId} is not found in resource policy.`,
      404,
    )
  }
  record.permissions = record.permissions.filter(({ sid }) => sid !== input.StatementId)
}
