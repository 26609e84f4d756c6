import type { z } from 'zod'
import type { Problem } from '../../core/errors.ts'
import { nearest } from './nearest.ts'
import { formatPath, type Path } from './path.ts'
import { notASetting } from './problems.ts'
import { elementOf, strictShape } from './shapes.ts'

type Schema = z.core.$ZodType

export interface Repaired {
  /** The config without keys that nobody reads; what was clearly a slip stands under the name that was meant. */
  readonly value: unknown
  /** What each key was called that has been renamed, by the path that it has now. */
  readonly renamed: ReadonlyMap<string, string>
  /** One for each key that nobody reads. */
  readonly problems: readonly Problem[]
}

/**
 * Settles a config's keys, so that `ownr` is one mistake: what stands under it is checked as `owner`, which then is not
 * missing. `open` gives the schema of what a schema leaves open, by the object that it stands in.
 */
export function repairKeys(
  schema: Schema,
  raw: unknown,
  open: (parent: Record<string, unknown>, key: string) => Schema | undefined,
): Repaired {
  const renamed = new Map<string, string>()
  const problems: Problem[] = []
  return { value: settle(schema, raw, [], []), renamed, problems }

  /** `path` is as the config will have it, `written` as it stands. */
  function settle(schema: Schema, node: unknown, path: Path, written: Path): unknown {
    const element = elementOf(schema)
    if (Array.isArray(node)) {
      return element === undefined
        ? node
        : node.map((item, index) => settle(element, item, [...path, index], [...written, index]))
    }
    if (!isObject(node)) return node
    if (element !== undefined) {
      return objectOf(
        Object.entries(node).map(([key, value]) => [key, settle(element, value, [...path, key], [...written, key])]),
      )
    }
    const shape = strictShape(schema)
    return shape === undefined ? node : settleKeys(shape, node, path, written)
  }

  function settleKeys(
    shape: Readonly<Record<string, Schema>>,
    node: Record<string, unknown>,
    path: Path,
    written: Path,
  ): unknown {
    const allowed = Object.keys(shape)
    const free = new Set(allowed.filter((key) => !Object.hasOwn(node, key)))
    const named = Object.entries(node).flatMap(([key, value]): [string, string, unknown][] => {
      if (Object.hasOwn(shape, key)) return [[key, key, value]]
      const meant = nearest(key, [...free])
      problems.push({ path: formatPath([...written, key]), message: notASetting(key, allowed, [...free]) })
      if (meant === undefined) return []
      free.delete(meant)
      renamed.set(formatPath([...path, meant]), key)
      return [[meant, key, value]]
    })
    const settled = Object.fromEntries(named.map(([key, , value]) => [key, value]))
    return objectOf(
      named.map(([key, was, value]) => {
        const inside = open(settled, key) ?? (shape[key] as Schema)
        return [key, settle(inside, value, [...path, key], [...written, was])]
      }),
    )
  }
}

/** A path of the repaired config as it stands in the file. */
export function asWritten(path: Path, renamed: ReadonlyMap<string, string>): Path {
  return path.map((step, index) => renamed.get(formatPath(path.slice(0, index + 1))) ?? step)
}

const isObject = (node: unknown): node is Record<string, unknown> =>
  node !== null && typeof node === 'object' && !Array.isArray(node)

/** `__proto__` is a key like any other. */
const objectOf = (entries: readonly (readonly [string, unknown])[]): Record<string, unknown> =>
  Object.fromEntries(entries)
