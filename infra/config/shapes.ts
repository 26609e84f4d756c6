import type { z } from 'zod'
import type { Path } from './path.ts'

type Schema = z.core.$ZodType
type Def = z.core.$ZodTypes['_zod']['def']

const defOf = (schema: Schema): Def => (schema as z.core.$ZodTypes)._zod.def

/** A schema without what is wrapped around it (optional, default, nullable), and the default that was met on the way. */
export function unwrap(schema: Schema): { readonly schema: Schema; readonly standard: unknown } {
  const def = defOf(schema)
  switch (def.type) {
    case 'default':
    case 'prefault':
      return { schema: unwrap(def.innerType).schema, standard: def.defaultValue }
    case 'optional':
    case 'nullable':
      return unwrap(def.innerType)
    default:
      return { schema, standard: undefined }
  }
}

/** The schemas that may stand at `path`: several where a union leaves it open, none where there is no such place. */
export function schemasAt(schema: Schema, path: Path): readonly Schema[] {
  const [step, ...rest] = path
  if (step === undefined) return [schema]
  const def = defOf(unwrap(schema).schema)
  switch (def.type) {
    case 'object': {
      const field = Object.hasOwn(def.shape, String(step)) ? def.shape[String(step)] : undefined
      return field === undefined ? [] : schemasAt(field, rest)
    }
    case 'array':
      return schemasAt(def.element, rest)
    case 'record':
      return schemasAt(def.valueType, rest)
    case 'union':
      return def.options.flatMap((option) => schemasAt(option, path))
    default:
      return []
  }
}

/** The keys that the object at `path` of a schema may have; none when there is no such object. */
export const keysAt = (schema: Schema, path: Path): readonly string[] => [
  ...new Set(schemasAt(schema, path).flatMap(ownKeys)),
]

function ownKeys(schema: Schema): readonly string[] {
  const def = defOf(unwrap(schema).schema)
  if (def.type === 'object') return Object.keys(def.shape)
  return def.type === 'union' ? def.options.flatMap(ownKeys) : []
}

/** The fields of an object that takes no others; undefined for anything else. */
export function strictShape(schema: Schema): Readonly<Record<string, Schema>> | undefined {
  const def = defOf(unwrap(schema).schema)
  return def.type === 'object' && def.catchall !== undefined && defOf(def.catchall).type === 'never'
    ? def.shape
    : undefined
}

/** What every element of a list, or every value of a record, is. */
export function elementOf(schema: Schema): Schema | undefined {
  const def = defOf(unwrap(schema).schema)
  if (def.type === 'array') return def.element
  return def.type === 'record' ? def.valueType : undefined
}

/** Whether an object must have this field. */
export const isRequired = (schema: Schema): boolean => !['default', 'prefault', 'optional'].includes(defOf(schema).type)
