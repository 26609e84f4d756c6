import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { expected } from '../../../infra/config/expected.ts'
import { stackSchema } from '../../../infra/config/schema.ts'
import { unwrap } from '../../../infra/config/shapes.ts'

type Schema = z.core.$ZodType

/** Every place of the stack config with its schema: `secrets.*.grace`. */
function places(schema: Schema, at: string): readonly (readonly [string, Schema])[] {
  const inner = unwrap(schema).schema as z.core.$ZodTypes
  const { def } = inner._zod
  switch (def.type) {
    case 'object':
      return [
        [at, schema],
        ...Object.entries(def.shape).flatMap(([key, field]) =>
          places(field as Schema, at === '' ? key : `${at}.${key}`),
        ),
      ]
    case 'array':
      return [[at, schema], ...places(def.element, `${at}.*`)]
    case 'record':
      return [[at, schema], ...places(def.valueType, `${at}.*`)]
    default:
      return [[at, schema]]
  }
}

const saysAll = (text: string): boolean => text === 'true or false' || text.startsWith('one of ')

describe('what the stack config wants', () => {
  const all = places(stackSchema, '').filter(([at]) => at !== '' && !at.startsWith('secrets.*.params.'))

  it('is found for every setting', () => expect(all.length).toBeGreaterThan(50))

  it.each(all)('%s: in words with an example', (_at, schema) => {
    const words = expected(schema)
    expect(saysAll(words) || words.includes(', such as ')).toBe(true)
  })

  it.each(all)('%s: the example is one that is allowed', (_at, schema) => {
    const { schema: inner } = unwrap(schema)
    const examples = (z.globalRegistry.get(inner as z.ZodType) as { examples?: unknown[] } | undefined)?.examples ?? []
    for (const example of examples) expect((inner as z.ZodType).safeParse(example).success).toBe(true)
  })
})
