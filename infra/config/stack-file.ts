import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { KeyturnError, type Problem, ProblemsError } from '../../core/errors.ts'
import { fieldOf, keysOf } from './lenient.ts'
import { didYouMean, nearest } from './nearest.ts'
import type { Path } from './path.ts'
import { clearValues, isSealed } from './stored-values.ts'
import type { Place, Source } from './tell.ts'
import { syntaxProblems } from './yaml-problems.ts'

/** A stack's file, read: `Pulumi.dev.yaml`. */
export interface StackFile extends Source {
  /** The settings of the namespace `keyturn`, without it, but for `values`. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Secrets whose first values stand encrypted in the file; `sealed` when they are encrypted as a whole. */
  readonly values: readonly string[] | 'sealed'
  /** `aws:region`. */
  readonly region: string | undefined
  /** What is wrong with it before any setting is looked at. */
  readonly problems: {
    /** First values that stand in clear. */
    readonly clear: readonly Problem[]
    /** Settings in a namespace that was hardly meant. */
    readonly others: readonly Problem[]
  }
}

const NAMESPACE = 'keyturn'

/** Reading a megabyte of anything takes seconds; an inventory of hundreds has a third of this. */
const MAX_BYTES = 512 * 1024

/**
 * Reads a stack's file, `name` as a reader would call it.
 * @throws KeyturnError `stack-file-unreadable` (needs-human) when it is no file, too long or not to be read
 * @throws ProblemsError `config-invalid` (needs-human) with every mistake in its YAML, line and column
 */
export async function loadStackFile(path: string, name = path): Promise<StackFile> {
  const found = await stat(path).catch((cause: unknown) => unreadable(name, 'cannot be found or looked at', cause))
  if (!found.isFile()) unreadable(name, 'is no file')
  if (found.size > MAX_BYTES) {
    unreadable(name, `has ${Math.ceil(found.size / 1024)} KiB; a stack's file may have ${MAX_BYTES / 1024}`)
  }
  return readStackFile(
    await readFile(path, 'utf8').catch((cause: unknown) => unreadable(name, 'cannot be read', cause)),
    name,
  )
}

/**
 * The file of a stack in its project's directory. Undefined when it is elsewhere: Pulumi itself has read it, or refused
 * to.
 * @throws as {@link loadStackFile}
 */
export async function findStackFile(directory: string, stack: string): Promise<StackFile | undefined> {
  const name = `Pulumi.${stack}.yaml`
  const path = join(directory, name)
  return (await stat(path).catch(() => undefined)) && loadStackFile(path, name)
}

/** @throws ProblemsError `config-invalid` (needs-human) with every mistake in the YAML, line and column */
export function readStackFile(text: string, name: string): StackFile {
  const lines = new LineCounter()
  const { document, content } = parseYaml(text, name, lines)
  const config = fieldOf(content, 'config')
  const keys = keysOf(config)
  const settings = keys.flatMap((key) => {
    // Pulumi takes a key without a namespace for one of the project's.
    const [namespace, setting] = key.includes(':') ? split(key) : [NAMESPACE, key]
    return namespace === NAMESPACE ? [[setting, key] as const] : []
  })
  if (settings.length === 0) throw invalid(name, [{ path: '', file: name, message: withoutSettings(content, keys) }])
  const written = new Map(settings)
  const values = fieldOf(config, written.get('values') ?? '')
  const region = fieldOf(config, 'aws:region')
  return {
    name,
    settings: Object.fromEntries(
      settings.filter(([setting]) => setting !== 'values').map(([setting, key]) => [setting, fieldOf(config, key)]),
    ),
    values: isSealed(values) ? 'sealed' : keysOf(values),
    region: typeof region === 'string' ? region : undefined,
    problems: { clear: clearValues(values, ['values']), others: strayNamespaces(keys) },
    place: ([section, ...rest]) =>
      section === undefined
        ? undefined
        : placeOf(document, ['config', written.get(String(section)) ?? section, ...rest]),
  }

  function placeOf(document: Document, path: Path): Place | undefined {
    const offset = offsetOf(document, path)
    return offset === undefined ? undefined : { offset, line: lines.linePos(offset).line }
  }
}

interface Parsed {
  readonly document: Document
  readonly content: unknown
}

function parseYaml(text: string, name: string, lineCounter: LineCounter): Parsed {
  try {
    if (TOO_DEEP.test(text)) throw new RangeError('too deep')
    // Messages of the library quote the file, which may hold a key in the wrong place.
    const options = { lineCounter, prettyErrors: false, merge: true, logLevel: 'error' } as const
    const document = parseDocument(text, options)
    const problems = syntaxProblems(text, document.errors, lineCounter).map((problem) => ({ ...problem, file: name }))
    if (problems.length > 0) throw invalid(name, problems)
    return { document, content: document.toJS({ maxAliasCount: MAX_ALIASES }) }
  } catch (cause) {
    if (cause instanceof KeyturnError) throw cause
    // The library throws for aliases without an anchor or that multiply without end, and the engine for endless nesting.
    const message =
      cause instanceof ReferenceError
        ? 'has an alias (*name) that stands for nothing, or aliases that multiply. Write out what they stand for'
        : 'is nested too deeply to be read'
    throw new ProblemsError('config-invalid', heading(name, 1), [{ path: '', file: name, message }])
  }
}

const MAX_ALIASES = 100

/** The library takes seconds before it gives up. */
const TOO_DEEP = /([[{]\s*){200}/

export const heading = (name: string, count: number): string =>
  `${name} has ${count === 1 ? 'one mistake' : `${count} mistakes`}; nothing was changed:`

const invalid = (name: string, problems: readonly Problem[]): Error =>
  new ProblemsError('config-invalid', heading(name, problems.length), problems)

function withoutSettings(content: unknown, keys: readonly string[]): string {
  const show =
    'Settings stand under "config:", as "keyturn:groups:", "keyturn:secrets:" and so on; the shipped Pulumi.dev.yaml shows them all.'
  if (content === null || content === undefined || content === '') return `is empty. ${show}`
  const sections = keysOf(content)
  if (sections.length === 0) return `holds no settings by name. ${show}`
  if (!sections.includes('config'))
    return `has no "config:".${didYouMean(nearest('config', sections) && 'config', ['config'])} ${show}`
  const near = keys.find((key) => nearest(split(key)[0], [NAMESPACE]))
  return `has no setting of Keyturn${near === undefined ? '' : `; "${near}" is of another namespace. Did you mean "${NAMESPACE}:${split(near)[1]}"`}. ${show}`
}

function strayNamespaces(keys: readonly string[]): readonly Problem[] {
  return keys.flatMap((key) => {
    const [namespace, setting] = split(key)
    const stray = key.includes(':') && namespace !== NAMESPACE && nearest(namespace, [NAMESPACE]) !== undefined
    const message = `is of another namespace, which nobody reads. Did you mean "${NAMESPACE}:${setting}"?`
    return stray ? [{ path: `["${key}"]`, message }] : []
  })
}

const split = (key: string): readonly [string, string] => {
  const colon = key.indexOf(':')
  return [key.slice(0, Math.max(0, colon)), key.slice(colon + 1)]
}

/** Where a path begins; where it ends early, what it has reached. */
function offsetOf(document: Document, path: Path): number | undefined {
  let node: unknown = document.contents
  let offset: number | undefined
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = pairsOf(node).get(String(step))
      if (pair === undefined) return offset
      offset = startOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      offset = startOf(node) ?? offset
    } else return offset
  }
  return offset
}

/** By key; of many keys that are looked up one by one, going through them each time would take seconds. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = pairs.get(map)
  if (known) return known
  const found = new Map(map.items.map((pair) => [String(isScalar(pair.key) ? pair.key.value : pair.key), pair]))
  pairs.set(map, found)
  return found
}

const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()

const startOf = (node: unknown): number | undefined => (node as { range?: readonly number[] | null } | null)?.range?.[0]

function unreadable(name: string, why: string, cause?: unknown): never {
  throw new KeyturnError(
    'stack-file-unreadable',
    `${name} ${why}. Give a stack's file, such as Pulumi.dev.yaml.`,
    cause,
  )
}
