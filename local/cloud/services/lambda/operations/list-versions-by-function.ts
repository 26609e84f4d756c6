import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { configurationOf } from '../configuration.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

/** docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html; all on one page. */
export const listVersionsByFunction: Operation = (raw, call) => {
  const input = parseInput(z.object(functionInput), raw)
  const { record } = authorizedFunction(call, 'lambda:ListVersionsByFunction', input)
  const versions = [record.latest, ...record.published]
  return { Versions: versions.map((version) => configurationOf(call.cloud, record, version)) }
}
