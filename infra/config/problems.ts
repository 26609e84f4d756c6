import type { z } from 'zod'
import type { Problem } from '../../core/errors.ts'
import { bounds, expected } from './expected.ts'
import { didYouMean } from './nearest.ts'
import { formatPath, type Path } from './path.ts'
import { keysAt, schemasAt, unwrap } from './shapes.ts'

/** What zod found, as paths and sentences: `secrets[2].ownr: is not a setting. Did you mean "owner"?` */
export function toProblems(error: z.core.$ZodError, schema: z.core.$ZodType, at: Path = []): Problem[] {
  return error.issues.flatMap((issue) => {
    const path = [...at, ...issue.path]
    if (issue.code !== 'unrecognized_keys') return [{ path: formatPath(path), message: sentence(issue, schema) }]
    const allowed = keysAt(schema, issue.path)
    return issue.keys.map((key) => ({ path: formatPath([...path, key]), message: notASetting(key, allowed) }))
  })
}

/** About a key that nobody reads; `meant` are those that it may have been meant for. */
export function notASetting(key: string, allowed: readonly string[], meant = allowed): string {
  const hint = didYouMean(key, meant) || (allowed.length > 0 ? ` Allowed: ${allowed.join(', ')}.` : ' Leave it out.')
  return `is not a setting.${hint}`
}

function sentence(issue: z.core.$ZodIssue, schema: z.core.$ZodType): string {
  const [wanted] = schemasAt(schema, issue.path)
  switch (issue.code) {
    case 'invalid_type':
      return typeSentence(issue.input, wanted)
    case 'invalid_value': {
      if (issue.input === undefined) return `is missing. It must be ${expected(wanted)}`
      const allowed = issue.values.map((value) => JSON.stringify(value)).join(', ')
      return `must be one of ${allowed}.${didYouMean(issue.input, issue.values.map(String))}`
    }
    case 'invalid_union': {
      const options = (issue as { options?: readonly unknown[] }).options
      return options === undefined
        ? 'must be something that JSON can hold'
        : `must be one of ${options.map((option) => JSON.stringify(option)).join(', ')}`
    }
    case 'invalid_key':
      return `is no name to use here: it ${inner(issue.issues[0])}`
    case 'too_small':
    case 'too_big':
      if (issue.origin === 'number' || issue.origin === 'int') return `must be a whole number${bounds(wanted)}`
      return isOwn(issue.message) ? issue.message : sizeSentence(issue)
    default:
      return inner(issue)
  }
}

function typeSentence(input: unknown, wanted: z.core.$ZodType | undefined): string {
  if (input === undefined) return `is missing. It must be ${expected(wanted)}`
  if (input === null) return `is empty. It must be ${expected(wanted)}`
  const isText = wanted !== undefined && (unwrap(wanted).schema as z.core.$ZodTypes)._zod.def.type === 'string'
  // What is neither text nor long cannot be a key that stands in the wrong place.
  if (isText && (typeof input === 'number' || typeof input === 'boolean') && String(input).length <= 12) {
    return `must be ${expected(wanted)}. If ${input} is meant, put it in quotes: "${input}"`
  }
  return `must be ${expected(wanted)}`
}

type Sized = Extract<z.core.$ZodIssue, { code: 'too_small' | 'too_big' }>

function sizeSentence(issue: Sized): string {
  const bound = issue.code === 'too_small' ? `${issue.minimum} or more` : `${issue.maximum} or fewer`
  return issue.origin === 'string' ? `must have ${bound} characters` : `must have ${bound} of them`
}

function inner(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'is not allowed'
  if (isOwn(issue.message)) return issue.message
  return issue.code === 'invalid_format' && 'pattern' in issue ? `must match ${issue.pattern}` : 'is not allowed'
}

/** A message that a schema of ours gave, rather than zod's own. */
const isOwn = (message: string): boolean => !/^(Invalid|Too (small|big)|Unrecognized)\b/.test(message)
