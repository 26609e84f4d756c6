import { stringify } from 'yaml'
import { z } from 'zod'
import { isRequired, unwrap } from './shapes.ts'

type Schema = z.core.$ZodType

/**
 * What a schema wants, in words, with an example as one would write it in YAML: `text, such as team@example.com`. The
 * example is the first of the schema's `.meta({ examples })`, its default, or what its parts show.
 */
export function expected(schema: Schema | undefined): string {
  if (schema === undefined) return 'something else'
  const example = exampleOf(schema)
  return example === undefined ? kindOf(schema) : `${kindOf(schema)}, such as ${inYaml(example)}`
}

/** The bounds of a number, in words: ` from 1 to 60`. */
export function bounds(schema: Schema | undefined): string {
  const { minimum, maximum } = limitsOf(schema)
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  if (minimum !== undefined) return ` of ${minimum} or more`
  return maximum === undefined ? '' : ` of ${maximum} or less`
}

function kindOf(schema: Schema): string {
  const { def } = innerOf(schema)
  switch (def.type) {
    case 'string':
      return 'text'
    case 'number':
      return `a whole number${bounds(schema)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return 'a list'
    case 'enum':
      return `one of ${Object.values(def.entries)
        .map((value) => JSON.stringify(value))
        .join(', ')}`
    case 'literal':
      return `one of ${def.values.join(', ')}`
    default:
      return 'settings, each with its name'
  }
}

function exampleOf(schema: Schema): unknown {
  const { def } = innerOf(schema)
  return ['boolean', 'enum', 'literal'].includes(def.type) ? undefined : shown(schema)
}

function shown(schema: Schema): unknown {
  const { schema: inner, standard } = unwrap(schema)
  const { def } = innerOf(schema)
  const { examples } = (z.globalRegistry.get(inner as z.ZodType) ?? {}) as { examples?: readonly unknown[] }
  if (examples !== undefined) return examples[0]
  if (standard !== undefined && !isEmpty(standard)) return standard
  const { minimum } = limitsOf(schema)
  if (def.type === 'number') return minimum
  if (def.type === 'array') {
    const element = shown(def.element)
    return element === undefined ? undefined : [element]
  }
  if (def.type !== 'object') return undefined
  const fields = Object.entries(def.shape).map(([name, field]): [string, unknown, boolean] => [
    name,
    shown(field as Schema),
    isRequired(field as Schema),
  ])
  const needed = fields.filter(([, , required]) => required)
  const told = needed.length > 0 ? needed : fields.filter(([, value]) => value !== undefined).slice(0, 1)
  return told.every(([, value]) => value !== undefined)
    ? Object.fromEntries(told.map(([name, value]) => [name, value]))
    : undefined
}

const innerOf = (schema: Schema): z.core.$ZodTypes['_zod'] => (unwrap(schema).schema as z.core.$ZodTypes)._zod

/** The schema's own bounds, which all count themselves. */
function limitsOf(schema: Schema | undefined): { minimum?: number; maximum?: number } {
  const limits: { minimum?: number; maximum?: number } = {}
  for (const { _zod } of (schema && innerOf(schema).def.checks) ?? []) {
    const { check, value } = _zod.def as { check: string; value?: unknown }
    if (check === 'greater_than') limits.minimum = Number(value)
    if (check === 'less_than') limits.maximum = Number(value)
  }
  return limits
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

const inYaml = (value: unknown): string => stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
