import { BlockList, isIPv6 } from 'node:net'
import { KeyturnError } from '../../../../../core/errors.ts'
import { matchesArn } from './arn.ts'
import { type ContextLookup, compile } from './variables.ts'
import { literal, matches } from './wildcard.ts'

/** A condition operator, taken apart: quantifier, what it compares, and whether it is negated. */
export interface Operator {
  readonly quantifier: 'ForAllValues' | 'ForAnyValue' | undefined
  readonly ifExists: boolean
  readonly negated: boolean
  /** `undefined` for `Null`, which looks at the key's presence instead of its value. */
  readonly compare: Compare | undefined
}

/** Whether one value from the request meets one value from the policy. */
export type Compare = (actual: string, expected: string, lookup: ContextLookup) => boolean

/**
 * Reads an operator's name.
 * @throws KeyturnError `condition-operator-unknown`: a condition that is not understood must never count as met
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function readOperator(name: string): Operator {
  const match = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(name)
  const [, quantifier, base = '', ifExists] = match ?? []
  const compare = COMPARISONS.get(base)
  const positive = NEGATIONS.get(base)
  if (base !== 'Null' && compare === undefined && positive === undefined) throw unknownOperator(name)
  return {
    quantifier: quantifier as Operator['quantifier'],
    ifExists: ifExists !== undefined,
    negated: positive !== undefined,
    compare: compare ?? positive,
  }
}

const text =
  (fold: (text: string) => string): Compare =>
  (actual, expected, lookup) => {
    const pattern = compile(expected, lookup, literal)
    return (
      pattern !== undefined &&
      fold(pattern.map((token) => ('char' in token ? token.char : '')).join('')) === fold(actual)
    )
  }
const equal = text((value) => value)
const equalIgnoringCase = text((value) => value.toLowerCase())
const like: Compare = (actual, expected, lookup) => {
  const pattern = compile(expected, lookup)
  return pattern !== undefined && matches(pattern, actual)
}
const arn: Compare = (actual, expected, lookup) => {
  const pattern = compile(expected, lookup)
  return pattern !== undefined && matchesArn(pattern, actual)
}
const ordered =
  (read: (text: string) => number, holds: (actual: number, expected: number) => boolean): Compare =>
  (actual, expected) =>
    // NaN meets no comparison, so a value that is no number or date never satisfies a condition.
    holds(read(actual), read(expected))
const number = (holds: (actual: number, expected: number) => boolean) => ordered(Number, holds)
const date = (holds: (actual: number, expected: number) => boolean) => ordered(readDate, holds)

const COMPARISONS: ReadonlyMap<string, Compare> = new Map(
  Object.entries({
    StringEquals: equal,
    StringEqualsIgnoreCase: equalIgnoringCase,
    StringLike: like,
    BinaryEquals: (actual, expected) => actual === expected,
    Bool: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
    ArnEquals: arn,
    ArnLike: arn,
    NumericEquals: number((actual, expected) => actual === expected),
    NumericLessThan: number((actual, expected) => actual < expected),
    NumericLessThanEquals: number((actual, expected) => actual <= expected),
    NumericGreaterThan: number((actual, expected) => actual > expected),
    NumericGreaterThanEquals: number((actual, expected) => actual >= expected),
    DateEquals: date((actual, expected) => actual === expected),
    DateLessThan: date((actual, expected) => actual < expected),
    DateLessThanEquals: date((actual, expected) => actual <= expected),
    DateGreaterThan: date((actual, expected) => actual > expected),
    DateGreaterThanEquals: date((actual, expected) => actual >= expected),
    IpAddress: (actual, expected) => inRange(actual, expected),
  }),
)

/** Negated operator → the comparison that must hold for none of the policy's values. */
const NEGATIONS: ReadonlyMap<string, Compare> = new Map(
  Object.entries({
    StringNotEquals: equal,
    StringNotEqualsIgnoreCase: equalIgnoringCase,
    StringNotLike: like,
    ArnNotEquals: arn,
    ArnNotLike: arn,
    NumericNotEquals: number((actual, expected) => actual === expected),
    DateNotEquals: date((actual, expected) => actual === expected),
    NotIpAddress: (actual, expected) => inRange(actual, expected),
  }),
)

/** ISO 8601 or seconds since 1970. */
function readDate(value: string): number {
  return /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value)
}

function inRange(address: string, range: string): boolean {
  const [network = '', prefix] = range.split('/')
  const family = isIPv6(network) ? 'ipv6' : 'ipv4'
  try {
    const list = new BlockList()
    list.addSubnet(network, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family)
    return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  } catch {
    return false
  }
}

function unknownOperator(name: string): Error {
  const known = ['Null', ...COMPARISONS.keys(), ...NEGATIONS.keys()].join(', ')
  return new KeyturnError(
    'condition-operator-unknown',
    `The policy's condition operator ${JSON.stringify(name)} is not known. Allowed: ${known}, each also with the suffix IfExists and behind ForAnyValue: or ForAllValues:.`,
  )
}
