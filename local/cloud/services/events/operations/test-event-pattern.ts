import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { readPattern } from '../pattern.ts'

const schema = z.object({ EventPattern: z.string(), Event: z.string() })

export const testEventPattern: Operation = (input, call) => {
  const { EventPattern, Event } = parseInput(schema, input)
  call.authorize('events:TestEventPattern', '*')
  const matches = readPattern(EventPattern)
  let event: unknown
  try {
    event = JSON.parse(Event)
  } catch {
    throw new ServiceError('ValidationException', 'Parameter Event is not valid JSON text.')
  }
  return { Result: matches(event) }
}
