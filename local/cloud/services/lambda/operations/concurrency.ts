import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { minimumUnreserved, unreservedConcurrency } from '../account-concurrency.ts'
import { invalidParameter } from '../errors.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

const schema = z.object({ ...functionInput, ReservedConcurrentExecutions: z.int().min(0) })

/** docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html */
export const putFunctionConcurrency: Operation = (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterValueException')
  const { record } = authorizedFunction(call, 'lambda:PutFunctionConcurrency', input)
  const minimum = minimumUnreserved(call.cloud)
  if (unreservedConcurrency(call.cloud, record.name) - input.ReservedConcurrentExecutions < minimum) {
    throw invalidParameter(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${minimum}].`,
    )
  }
  record.reservedConcurrency = input.ReservedConcurrentExecutions
  return { ReservedConcurrentExecutions: record.reservedConcurrency }
}

/** docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html */
export const getFunctionConcurrency: Operation = (raw, call) => {
  const { record } = authorizedFunction(call, 'lambda:GetFunctionConcurrency', parseInput(z.object(functionInput), raw))
  return { ReservedConcurrentExecutions: record.reservedConcurrency }
}

/** docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html */
export const deleteFunctionConcurrency: Operation = (raw, call) => {
  const { record } = authorizedFunction(
    call,
    'lambda:DeleteFunctionConcurrency',
    parseInput(z.object(functionInput), raw),
  )
  delete record.reservedConcurrency
}
