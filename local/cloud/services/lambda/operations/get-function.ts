import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { configurationOf } from '../configuration.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

/** docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html; without a download link for the code. */
export const getFunction: Operation = (raw, call) => {
  const { record, version } = authorizedFunction(call, 'lambda:GetFunction', parseInput(z.object(functionInput), raw))
  return {
    Configuration: configurationOf(call.cloud, record, version),
    Code: { RepositoryType: 'S3' },
    ...(Object.keys(record.tags).length > 0 && { Tags: record.tags }),
    ...(record.reservedConcurrency !== undefined && {
      Concurrency: { ReservedConcurrentExecutions: record.reservedConcurrency },
    }),
  }
}
