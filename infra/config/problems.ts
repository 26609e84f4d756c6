import type { z } from 'zod'
import type { Problem } from '../../core/errors.ts'

type Path = readonly PropertyKey[]

/** What zod found, as paths and sentences: `secrets[2].ownr: is not a setting. Allowed: name, strategy, …`. */
export function toProblems(error: z.core.$ZodError, schema: z.core.$ZodType, at: Path = []): Problem[] {
  return error.issues.flatMap((issue) => {
    const path = [...at, ...issue.path]
    if (issue.code === 'unrecognized_keys') {
      const allowed = keysAt(schema, issue.path)
      const hint = allowed.length > 0 ? ` Allowed: ${allowed.join(', ')}.` : ' Leave it out.'
      return issue.keys.map((key) => ({ path: formatPath([...path, key]), message: `is not a setting.${hint}` }))
    }
    return [{ path: formatPath(path), message: sentence(issue) }]
  })
}

/** `secrets[2].grace`; a key that is no plain word is quoted: `values["open ai"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    const name = String(part)
    if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`
    return text === '' ? name : `${text}.${name}`
  }, '')
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined ? `is missing; expected ${issue.expected}` : `must be ${issue.expected}`
  }
  if (issue.code === 'invalid_value')
    return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
  return issue.message
}

/** The keys that the object at `path` of a schema may have; none when there is no such object. */
function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  const [step, ...rest] = path
  switch (def.type) {
    case 'object':
      if (step === undefined) return Object.keys(def.shape)
      return def.shape[String(step)] ? keysAt(def.shape[String(step)] as z.core.$ZodType, rest) : []
    case 'array':
      return keysAt(def.element, rest)
    case 'record':
      return keysAt(def.valueType, rest)
    case 'optional':
    case 'default':
    case 'prefault':
    case 'nullable':
      return keysAt(def.innerType, path)
    case 'union':
      return [...new Set(def.options.flatMap((option) => keysAt(option, path)))]
    default:
      return []
  }
}
