import { z } from 'zod'
import type { Call } from '../../service.ts'
import { type FunctionTarget, findFunction, functionArn, parseIdentifier } from '../identify.ts'
import { policyOf } from '../policy.ts'

/** How every operation on one function names it. */
export const functionInput = { FunctionName: z.string().min(1), Qualifier: z.string().optional() }

/** Authorises first, so that a stranger cannot tell which functions exist. @throws ServiceError */
export function authorizedFunction(
  call: Call,
  action: string,
  input: { FunctionName: string; Qualifier?: string | undefined },
): FunctionTarget {
  const { name, qualifier: inName } = parseIdentifier(input.FunctionName)
  const qualifier = input.Qualifier ?? inName
  const record = call.cloud.state.lambda.functions[name]
  const arn = functionArn(call.cloud, name) + (qualifier === undefined ? '' : `:${qualifier}`)
  call.authorize(action, arn, {}, { resourcePolicy: record && policyOf(record) })
  return findFunction(call.cloud, input.FunctionName, input.Qualifier)
}
