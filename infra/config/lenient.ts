import type { z } from 'zod'

/** An object of which every field stands alone: present when it is sound, absent when it is not. */
export type Lenient<Shape extends z.core.$ZodShape> = { readonly [Key in keyof Shape]?: z.output<Shape[Key]> }

/**
 * Reads each field of a config object by itself, so that one mistake does not hide those that a check across fields
 * would find. What is wrong with a field has been reported elsewhere.
 */
export function readLenient<Shape extends z.core.$ZodShape>(shape: Shape, raw: unknown): Lenient<Shape> {
  const fields = isObject(raw) ? raw : {}
  const sound = Object.entries(shape).flatMap(([key, schema]) => {
    const read = (schema as z.ZodType).safeParse(fields[key])
    return read.success && read.data !== undefined ? [[key, read.data]] : []
  })
  return Object.fromEntries(sound) as Lenient<Shape>
}

export const listOf = (raw: unknown): readonly unknown[] => (Array.isArray(raw) ? raw : [])

export const fieldOf = (raw: unknown, key: string): unknown => (isObject(raw) ? raw[key] : undefined)

export const keysOf = (raw: unknown): readonly string[] => (isObject(raw) ? Object.keys(raw) : [])

export const isObject = (raw: unknown): raw is Record<string, unknown> =>
  raw !== null && typeof raw === 'object' && !Array.isArray(raw)
