import type { z } from 'zod'
import { ServiceError } from '../protocol/service-error.ts'

/** Checks an operation's input. @throws ServiceError `ValidationException`, or the service's own `code`, naming the members */
export function parseInput<Output>(schema: z.ZodType<Output>, input: unknown, code = 'ValidationException'): Output {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`)
  throw new ServiceError(code, `${problems.length} validation error(s) detected: ${problems.join('; ')}`)
}
