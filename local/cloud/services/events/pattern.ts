import { BlockList, isIP, isIPv6 } from 'node:net'
import { ServiceError } from '../../protocol/service-error.ts'
import { matches as matchesWildcard, wildcard } from '../iam/evaluator/wildcard.ts'

type Json = unknown
interface JsonObject {
  readonly [name: string]: Json
}
type Matcher = (value: Json) => boolean

/**
 * Reads an event pattern and returns its test.
 * @throws ServiceError `InvalidEventPatternException` naming what is wrong
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function readPattern(text: string): (event: unknown) => boolean {
  let pattern: unknown
  try {
    pattern = JSON.parse(text)
  } catch {
    throw invalid('the pattern is not JSON')
  }
  if (!isObject(pattern)) throw invalid('the pattern is not an object')
  return compileObject(pattern)
}

function compileObject(pattern: JsonObject): Matcher {
  const members = Object.entries(pattern).map(([name, expected]) =>
    name === '$or' ? compileOr(expected) : compileMember(name, expected),
  )
  if (members.length === 0) throw invalid('an object of the pattern is empty')
  return (value) => members.every((matches) => matches(value))
}

function compileOr(alternatives: Json): Matcher {
  if (!Array.isArray(alternatives) || alternatives.length < 2 || !alternatives.every(isObject)) {
    throw invalid('$or takes a list of two or more objects')
  }
  const compiled = alternatives.map(compileObject)
  return (value) => compiled.some((matches) => matches(value))
}

function compileMember(name: string, expected: Json): Matcher {
  const test = Array.isArray(expected) ? compileList(name, expected) : nested(name, expected)
  return (value) => test(isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined)
}

function nested(name: string, expected: Json): Matcher {
  if (!isObject(expected)) throw invalid(`"${name}" must be an object or a list`)
  const matches = compileObject(expected)
  return (value) => (Array.isArray(value) ? value.some(matches) : matches(value))
}

/** One of the listed values or filters must fit; of a list in the event, one element must. */
function compileList(name: string, list: readonly Json[]): Matcher {
  if (list.length === 0) throw invalid(`"${name}" is an empty list`)
  const matchers = list.map((expected) => (isObject(expected) ? compileFilter(expected) : equals(expected)))
  return (value) => {
    const values = Array.isArray(value) && value.length > 0 ? value : [value]
    return matchers.some((matches) => values.some(matches))
  }
}

function compileFilter(filter: JsonObject): Matcher {
  const [[name, argument] = [], ...more] = Object.entries(filter)
  const compile = name === undefined ? undefined : FILTERS.get(name)
  if (!compile || more.length > 0) {
    throw invalid(`${JSON.stringify(filter)} is no filter. Allowed: one of ${[...FILTERS.keys()].join(', ')}`)
  }
  return compile(argument)
}

const FILTERS: ReadonlyMap<string, (argument: Json) => Matcher> = new Map([
  ['prefix', (argument: Json) => affix(argument, (value, part) => value.startsWith(part))],
  ['suffix', (argument: Json) => affix(argument, (value, part) => value.endsWith(part))],
  ['equals-ignore-case', (argument: Json) => ignoringCase(argument)],
  ['wildcard', (argument: Json) => like(argument)],
  ['exists', (argument: Json) => exists(argument)],
  ['numeric', (argument: Json) => numeric(argument)],
  ['cidr', (argument: Json) => cidr(argument)],
  ['anything-but', (argument: Json) => anythingBut(argument)],
])

const equals =
  (expected: Json): Matcher =>
  (value) =>
    value === expected

function affix(argument: Json, holds: (value: string, part: string) => boolean): Matcher {
  const folded = isObject(argument) ? argument['equals-ignore-case'] : undefined
  if (folded !== undefined) {
    const part = text(folded).toLowerCase()
    return (value) => typeof value === 'string' && holds(value.toLowerCase(), part)
  }
  const part = text(argument)
  return (value) => typeof value === 'string' && holds(value, part)
}

function ignoringCase(argument: Json): Matcher {
  const expected = text(argument).toLowerCase()
  return (value) => typeof value === 'string' && value.toLowerCase() === expected
}

function like(argument: Json): Matcher {
  // Only * is special here, where IAM also knows ?.
  const pattern = wildcard(text(argument)).map((token) =>
    token.kind === 'one' ? { kind: 'literal' as const, char: '?' } : token,
  )
  return (value) => typeof value === 'string' && matchesWildcard(pattern, value)
}

function exists(argument: Json): Matcher {
  if (typeof argument !== 'boolean') throw invalid('exists takes true or false')
  return (value) => (value !== undefined) === argument
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

function numeric(argument: Json): Matcher {
  const parts = Array.isArray(argument) ? argument : []
  const bounds = parts.flatMap((operator, index) =>
    index % 2 === 0 ? [{ holds: COMPARISONS[String(operator)], bound: parts[index + 1] }] : [],
  )
  if (bounds.length === 0 || bounds.length > 2) throw invalid('numeric takes one or two comparisons')
  const tests = bounds.map(({ holds, bound }) => {
    if (!holds || typeof bound !== 'number') throw invalid('numeric takes pairs such as ">=", 5')
    return (value: number) => holds(value, bound)
  })
  return (value) => typeof value === 'number' && tests.every((holds) => holds(value))
}

function cidr(argument: Json): Matcher {
  const [network = '', bits = ''] = text(argument).split('/')
  const list = new BlockList()
  try {
    list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4')
  } catch {
    throw invalid('cidr takes a network such as "10.0.0.0/24"')
  }
  return (value) => typeof value === 'string' && isIP(value) !== 0 && list.check(value, isIPv6(value) ? 'ipv6' : 'ipv4')
}

/** The member must be there, and fit none. */
function anythingBut(argument: Json): Matcher {
  const refused = isObject(argument) ? spread(argument).map(compileFilter) : [argument].flat().map(equals)
  return (value) => value !== undefined && !refused.some((matches) => matches(value))
}

/** `{prefix: [a, b]}` stands for `{prefix: a}` and `{prefix: b}` inside anything-but. */
const spread = (filter: JsonObject): JsonObject[] =>
  Object.entries(filter).flatMap(([name, argument]) => [argument].flat().map((each) => ({ [name]: each })))

function text(argument: Json): string {
  if (typeof argument !== 'string') throw invalid(`${JSON.stringify(argument)} must be text`)
  return argument
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (reason: string): ServiceError =>
  new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`)
