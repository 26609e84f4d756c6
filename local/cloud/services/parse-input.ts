import type { z } from 'zod'
import { ServiceError } from '../protocol/service-error.ts'

/**
 * Checks an operation's input, and says what is wrong with it in AWS's words: `1 validation error detected: Value '' at
 * 'secretId' failed to satisfy constraint: Member must have length greater than or equal to 1`.
 * @throws ServiceError `ValidationException`, or the service's own `code`
 */
export function parseInput<Output>(schema: z.ZodType<Output>, input: unknown, code = 'ValidationException'): Output {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => {
    const value = shown(input, issue.path)
    return `Value${value && ` ${value}`} at '${memberName(issue.path)}' failed to satisfy constraint: ${constraint(issue, value)}`
  })
  const count = `${problems.length} validation error${problems.length === 1 ? '' : 's'}`
  throw new ServiceError(code, `${count} detected: ${problems.join('; ')}`)
}

type Path = readonly PropertyKey[]

/** Members whose value no message repeats. */
const SENSITIVE = new Set<PropertyKey>([
  'SecretString',
  'SecretBinary',
  'Plaintext',
  'CiphertextBlob',
  'Payload',
  'ZipFile',
  'Variables',
  'Message',
  'Detail',
  'logEvents',
  'Input',
  'environment',
])

/** `Tags.0.Key` is `tags.1.member.key` to AWS. */
const memberName = (path: Path): string =>
  path.map((part) => (typeof part === 'number' ? `${part + 1}.member` : lowerFirst(String(part)))).join('.') || 'input'

const lowerFirst = (name: string): string => name.slice(0, 1).toLowerCase() + name.slice(1)

function shown(input: unknown, path: Path): string {
  if (path.some((part) => SENSITIVE.has(part))) return ''
  const value = path.reduce<unknown>(
    (parent, part) => (parent as Record<PropertyKey, unknown> | undefined)?.[part],
    input,
  )
  if (value === undefined || value === null) return 'null'
  if (Array.isArray(value)) return value.every(isPlain) ? `'[${value.join(', ')}]'` : ''
  return isPlain(value) ? `'${value}'` : ''
}

const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value)

function constraint(issue: z.core.$ZodIssue, value: string): string {
  switch (issue.code) {
    case 'too_small':
      return `Member must have ${measure(issue.origin)} greater than or equal to ${issue.minimum}`
    case 'too_big':
      return `Member must have ${measure(issue.origin)} less than or equal to ${issue.maximum}`
    case 'invalid_value':
      return value === 'null'
        ? 'Member must not be null'
        : own(issue.message, `Member must satisfy enum value set: [${issue.values.join(', ')}]`)
    case 'invalid_format':
      return own(issue.message, `Member must satisfy regular expression pattern: ${issue.pattern ?? issue.format}`)
    case 'invalid_type':
      return value === 'null' ? 'Member must not be null' : own(issue.message, `Member must be a ${issue.expected}`)
    default:
      return own(issue.message, 'Member is not valid')
  }
}

const measure = (origin: string): string => (['string', 'array', 'set', 'file'].includes(origin) ? 'length' : 'value')

/** A schema's own words, where it has some that say more than AWS's. */
function own(message: string, otherwise: string): string {
  if (/^Invalid /.test(message)) return otherwise
  return message.startsWith('must ') ? `Member ${message}` : message
}
