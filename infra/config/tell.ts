import type { Problem } from '../../core/errors.ts'
import { fieldOf, listOf } from './lenient.ts'
import { formatPath, type Path, readPath } from './path.ts'

/** A mistake as it was found: its path counts in lists. */
export interface Mistake extends Problem {
  /** Where the other one stands, when one of two must go. */
  also?: string
}

/** Where a path of the config stands in the file that it was read from. */
export interface Source {
  /** What a reader would call the file: `Pulumi.dev.yaml`. */
  readonly name: string
  /** Undefined for what does not come from the file; for something that is missing, the place of what it is missing from. */
  place(path: Path): Place | undefined
}

export interface Place {
  /** Counted from 1. */
  readonly line: number
  /** In characters from the beginning of the file. */
  readonly offset: number
}

/**
 * Mistakes as they are told: each once, in the order of the file, by the name of the secret, route or client, and with
 * the line where there is a file.
 */
export function tell(mistakes: readonly Mistake[], raw: unknown, source?: Source): readonly Problem[] {
  const told = new Map<string, { order: readonly number[]; problem: Problem }>()
  for (const { also, ...mistake } of mistakes) {
    const path = readPath(mistake.path)
    const place = source?.place(path)
    const secret = secretOf(path, raw)
    const problem: Problem = {
      ...mistake,
      path: nameIn(path, raw),
      message:
        also === undefined
          ? mistake.message.replace(/\.$/, '')
          : `${mistake.message}. The other one is ${whereIs(also)}`,
      ...(source && place && { file: source.name, line: place.line }),
      ...(secret !== undefined && { secret }),
    }
    told.set(`${mistake.path} ${problem.message}`, { order: place ? [place.offset] : positionOf(path, raw), problem })
  }
  return [...told.values()].sort((one, other) => compare(one.order, other.order)).map(({ problem }) => problem)

  function whereIs(other: string): string {
    const line = source?.place(readPath(other))?.line
    return line === undefined ? other : `in line ${line}`
  }
}

/** Lists whose members have names. */
const NAMED: readonly Path[] = [['secrets'], ['proxy', 'clients'], ['proxy', 'routes']]

/**
 * `secrets[4].grace` as `secrets.mobile-app.grace`; where an earlier one has that name already, the number stays and the
 * name is told.
 */
function nameIn(path: Path, raw: unknown): string {
  const list = NAMED.find((list) => list.every((step, index) => path[index] === step))
  const index = list === undefined ? undefined : path[list.length]
  if (list === undefined || typeof index !== 'number') return formatPath(path)
  const names = listOf(at(raw, list)).map((member) => fieldOf(member, 'name'))
  const name = names[index]
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME) return formatPath(path)
  if (names.indexOf(name) !== index) return `${formatPath(path)} (${JSON.stringify(name)})`
  return formatPath([...list, name, ...path.slice(list.length + 1)])
}

/** What is longer is no name, and may be a key that stands in the wrong place. */
const MAX_NAME = 48

function secretOf([section, index]: Path, raw: unknown): string | undefined {
  if (section === 'values') return index === undefined ? undefined : String(index)
  if (section !== 'secrets' || typeof index !== 'number') return undefined
  const name = fieldOf(listOf(fieldOf(raw, 'secrets'))[index], 'name')
  return typeof name === 'string' && name.length <= MAX_NAME ? name : undefined
}

const at = (raw: unknown, path: Path): unknown => path.reduce<unknown>((node, step) => fieldOf(node, String(step)), raw)

/** A path as numbers in the order in which a config stands; what is missing comes first in what it is missing from. */
function positionOf(path: Path, raw: unknown): readonly number[] {
  let node = raw
  return path.map((step) => {
    const position = Array.isArray(node) ? Number(step) : Object.keys((node ?? {}) as object).indexOf(String(step))
    node = Array.isArray(node) ? node[Number(step)] : fieldOf(node, String(step))
    return position
  })
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((step, at) => step !== other[at])
  return index === -1 ? one.length - other.length : (one[index] ?? 0) - (other[index] ?? -1)
}
