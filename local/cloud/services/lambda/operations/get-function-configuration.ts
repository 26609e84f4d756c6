import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { configurationOf } from '../configuration.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

/** docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html */
export const getFunctionConfiguration: Operation = (raw, call) => {
  const input = parseInput(z.object(functionInput), raw)
  const { record, version } = authorizedFunction(call, 'lambda:GetFunctionConfiguration', input)
  return configurationOf(call.cloud, record, version)
}
