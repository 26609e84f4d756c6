import * as z from 'zod'

/** An object that refuses unknown keys and says which ones it knows. */
export function strictObject<Shape extends z.ZodRawShape>(shape: Shape) {
  const allowed = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys'
        ? `does not know ${(keys as string[]).map((key) => JSON.stringify(key)).join(', ')}; allowed: ${allowed}`
        : `must be an object with: ${allowed}`,
  })
}
