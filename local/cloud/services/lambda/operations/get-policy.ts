import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { policyText } from '../policy.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

/** docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html */
export const getPolicy: Operation = (raw, call) => {
  const { record, version } = authorizedFunction(call, 'lambda:GetPolicy', parseInput(z.object(functionInput), raw))
  const Policy = policyText(record)
  if (Policy === undefined) {
    throw new ServiceError('ResourceNotFoundException', 'The resource you requested does not exist.', 404)
  }
  return { Policy, RevisionId: version.revisionId }
}
