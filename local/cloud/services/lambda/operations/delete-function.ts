import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { dropUnusedCode } from '../code.ts'
import { lambdaOf } from '../create-lambda.ts'
import { invalidParameter } from '../errors.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

/** docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html */
export const deleteFunction: Operation = (raw, call) => {
  const input = parseInput(z.object(functionInput), raw)
  const { cloud } = call
  const { record } = authorizedFunction(call, 'lambda:DeleteFunction', input)
  if (input.Qualifier !== undefined) {
    throw invalidParameter('$LATEST version cannot be deleted without deleting the function.')
  }
  delete cloud.state.lambda.functions[record.name]
  dropUnusedCode(cloud)
  lambdaOf(cloud).retire(record.name)
}
