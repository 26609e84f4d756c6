import { describe, expect, it } from 'vitest'
import { allow, decide } from './fixtures.ts'

type Case = [operator: string, value: unknown, actual: string | string[] | undefined, met: boolean]

const CASES: Case[] = [
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', ['b', 'a'], 'a', true],
  ['StringEquals', 'A', 'a', false],
  ['StringEquals', 'a*', 'ab', false],
  ['StringEquals', 'a', undefined, false],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringNotEquals', 'a', undefined, true],
  ['StringEqualsIgnoreCase', 'A', 'a', true],
  ['StringNotEqualsIgnoreCase', 'A', 'a', false],
  ['StringLike', 'secretsmanager.*.amazonaws.com', 'secretsmanager.eu-central-1.amazonaws.com', true],
  ['StringLike', 'a?', 'a', false],
  ['StringNotLike', 'a*', 'abc', false],
  ['ArnLike', 'arn:aws:sns:*:*:top*', 'arn:aws:sns:eu-central-1:000000000000:topic', true],
  ['ArnEquals', 'arn:aws:sns:*:*:topic', 'arn:aws:sns:eu-central-1:000000000000:topic', true],
  ['ArnLike', 'arn:aws:*', 'arn:aws:sns:eu-central-1:000000000000:topic', false],
  ['ArnNotLike', 'arn:aws:sns:*:*:*', 'arn:aws:sns:eu-central-1:000000000000:topic', false],
  ['Bool', true, 'true', true],
  ['Bool', 'false', 'true', false],
  ['BoolIfExists', 'false', undefined, true],
  ['Null', 'true', undefined, true],
  ['Null', 'true', 'x', false],
  ['Null', 'false', 'x', true],
  ['Null', 'false', undefined, false],
  ['NumericEquals', 5, '5.0', true],
  ['NumericLessThan', '10', '9', true],
  ['NumericLessThan', '10', 'nine', false],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericGreaterThan', '10', '10', false],
  ['NumericGreaterThanEquals', '10', '10', true],
  ['NumericNotEquals', '10', '10', false],
  ['DateGreaterThan', '2026-11-22T00:00:00Z', '2026-11-22T00:00:01Z', true],
  ['DateLessThan', '2026-11-22T00:00:00Z', '1700000000', true],
  ['DateEquals', '2026-11-22T00:00:00Z', '2026-11-22T00:00:00.000Z', true],
  ['DateNotEquals', '2026-11-22T00:00:00Z', '2026-11-22T00:00:00.000Z', false],
  ['DateLessThanEquals', 'never', '2026-11-22T00:00:01Z', false],
  ['DateGreaterThanEquals', '2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z', true],
  ['IpAddress', '10.0.0.0/8', '10.1.2.3', true],
  ['IpAddress', '10.0.0.0/8', '11.1.2.3', false],
  ['IpAddress', '10.1.2.3', '10.1.2.3', true],
  ['IpAddress', '2001:db8::/32', '2001:db8::1', true],
  ['IpAddress', 'nonsense', '10.1.2.3', false],
  ['NotIpAddress', '10.0.0.0/8', '10.1.2.3', false],
  ['BinaryEquals', 'YQ==', 'YQ==', true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['x', 'b'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['x'], false],
  ['ForAnyValue:StringEquals', 'a', undefined, false],
  ['ForAnyValue:StringNotEquals', 'a', ['a', 'b'], true],
  ['ForAllValues:StringLike', ['a*', 'b'], ['ab', 'b'], true],
  ['ForAllValues:StringLike', ['a*', 'b'], ['ab', 'c'], false],
  ['ForAllValues:StringEquals', 'a', undefined, true],
  ['ForAllValues:StringNotEquals', 'a', ['b', 'a'], false],
]

describe('conditions (E)', () => {
  it.each(CASES)('%s %j against %j is %s', (operator, value, actual, met) => {
    const statement = allow({ Condition: { [operator]: { 'kms:ViaService': value } } })
    expect(decide([statement], { context: actual === undefined ? {} : { 'KMS:viaservice': actual } }).allowed).toBe(met)
  })

  it('must all hold', () => {
    const statement = allow({ Condition: { StringEquals: { a: '1', b: '2' }, Bool: { c: 'true' } } })

    expect(decide([statement], { context: { a: '1', b: '2', c: 'true' } }).allowed).toBe(true)
    expect(decide([statement], { context: { a: '1', b: '2', c: 'false' } }).allowed).toBe(false)
    expect(decide([statement], { context: { a: '1', b: '3', c: 'true' } }).allowed).toBe(false)
  })

  it.each(['StringEqual', 'StringEqualsifexists', 'ForSomeValues:StringEquals', 'Whatever', 'toString'])(
    'refuse the unknown operator %s instead of taking it as met',
    (operator) => {
      expect(() => decide([allow({ Condition: { [operator]: { a: 'b' } } })])).toThrow(
        /condition operator .* is not known/,
      )
    },
  )
})
