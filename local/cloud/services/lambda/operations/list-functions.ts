import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { configurationOf } from '../configuration.ts'
import { settle } from '../function-state.ts'

const schema = z.object({
  Marker: z.string().optional(),
  MaxItems: z.coerce.number().int().min(1).max(10_000).default(50),
})

/** docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html; fifty to a page, by name. */
export const listFunctions: Operation = (raw, call) => {
  const { Marker, MaxItems } = parseInput(schema, raw, 'InvalidParameterValueException')
  call.authorize('lambda:ListFunctions', '*')
  const records = Object.values(call.cloud.state.lambda.functions).sort((one, other) =>
    one.name < other.name ? -1 : 1,
  )
  const rest = records.filter(({ name }) => Marker === undefined || name > Marker)
  const page = rest.slice(0, Math.min(MaxItems, 50))
  return {
    Functions: page.map((record) => {
      settle(call.cloud, record)
      return configurationOf(call.cloud, record, record.latest)
    }),
    ...(page.length < rest.length && { NextMarker: page.at(-1)?.name }),
  }
}
