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
  const { record, version } = authorizedFunction(call, 'lambda:DeleteFunction', input)
  if (input.Qualifier === undefined) delete cloud.state.lambda.functions[record.name]
  else if (version.version === '$LATEST') {
    throw invalidParameter('$LATEST version cannot be deleted without deleting the function.')
  } else record.published = record.published.filter((published) => published !== version)
  dropUnusedCode(cloud)
  lambdaOf(cloud).retire(record.name)
}
