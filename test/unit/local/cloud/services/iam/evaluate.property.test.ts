import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matches, wildcard } from '../../../../../../local/cloud/services/iam/evaluator/wildcard.ts'
import { ACCOUNT, type Asked, decide, rotator, SECRET } from './fixtures.ts'

const ACTIONS = [
  'secretsmanager:GetSecretValue',
  'secretsmanager:PutSecretValue',
  'kms:Decrypt',
  'lambda:InvokeFunction',
]
const RESOURCES = [SECRET, `${SECRET}x`, `arn:aws:kms:eu-central-1:${ACCOUNT}:key/1`, '*']

const someOf = (values: readonly string[]) => fc.subarray([...values], { minLength: 1 })
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: someOf([...ACTIONS, 'secretsmanager:*', '*', 'kms:?ecrypt']),
  Resource: someOf([...RESOURCES, 'arn:aws:secretsmanager:*:*:secret:*']),
  Condition: fc.constantFrom(
    {},
    { StringEquals: { k: 'v' } },
    { StringNotEquals: { k: 'v' } },
    { Null: { k: 'true' } },
  ),
})
const resourceStatement = fc
  .tuple(
    statement,
    fc.constantFrom<unknown>('*', { AWS: rotator.roleArn }, { AWS: ACCOUNT }, { Service: 'lambda.amazonaws.com' }),
  )
  .map(([rest, Principal]) => ({ ...rest, Principal }))
const asked: fc.Arbitrary<Asked> = fc.record({
  action: fc.constantFrom(...ACTIONS),
  resource: fc.constantFrom(...RESOURCES),
  context: fc.constantFrom<Record<string, string>>({}, { k: 'v' }, { k: 'w' }),
})
const policies = fc.record({
  identity: fc.array(statement, { maxLength: 4 }),
  resource: fc.option(fc.array(resourceStatement, { minLength: 1, maxLength: 3 }), { nil: undefined }),
})

describe('the evaluator (E), for any policies', () => {
  it('never allows more with one more Deny', () => {
    fc.assert(
      fc.property(policies, statement, asked, ({ identity, resource }, extra, call) => {
        const before = decide(identity, call, resource).allowed
        const after = decide([...identity, { ...extra, Effect: 'Deny' }], call, resource).allowed
        expect(after && !before).toBe(false)
      }),
      { numRuns: 1_000 },
    )
  })

  it('never allows more with one Allow less', () => {
    fc.assert(
      fc.property(policies, fc.nat(), asked, ({ identity, resource }, pick, call) => {
        const allows = identity.filter(({ Effect }) => Effect === 'Allow')
        const gone = allows[pick % Math.max(allows.length, 1)]
        const before = decide(identity, call, resource).allowed
        const after = decide(
          identity.filter((each) => each !== gone),
          call,
          resource,
        ).allowed
        expect(after && !before).toBe(false)
      }),
      { numRuns: 1_000 },
    )
  })

  it('decides the same in whatever order the statements stand', () => {
    fc.assert(
      fc.property(policies, asked, ({ identity, resource }, call) => {
        const reversed = decide([...identity].reverse(), call, resource && [...resource].reverse())
        expect(reversed.allowed).toBe(decide(identity, call, resource).allowed)
      }),
      { numRuns: 1_000 },
    )
  })

  it('names for every allowed call only grants that stand in the policies', () => {
    fc.assert(
      fc.property(policies, asked, ({ identity, resource }, call) => {
        const decision = decide(identity, call, resource)
        if (!decision.allowed) return
        const written = [...identity, ...(resource ?? [])].filter(({ Effect }) => Effect === 'Allow')
        for (const grant of decision.grants) {
          expect(
            written.some(({ Action, Resource }) => Action.includes(grant.action) && Resource.includes(grant.resource)),
          ).toBe(true)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('the wildcard matcher (E)', () => {
  const alphabet = fc.constantFrom('a', 'b', ':', '/', '.', '(', '\\', '*', '?')

  it('agrees with a regular expression on every pattern and text', () => {
    const strings = fc.array(alphabet, { maxLength: 10 }).map((chars) => chars.join(''))
    fc.assert(
      fc.property(strings, strings, (pattern, text) => {
        const reference = new RegExp(
          `^${pattern
            .replace(/[.()\\/]/g, '\\$&')
            .replaceAll('*', '[^]*')
            .replaceAll('?', '[^]')}$`,
        )
        expect(matches(wildcard(pattern), text)).toBe(reference.test(text))
      }),
      { numRuns: 5_000 },
    )
  })

  it('stays quick on a pattern that would blow a regular expression up', () => {
    expect(matches(wildcard(`${'*a'.repeat(50)}b`), 'a'.repeat(5_000))).toBe(false)
  })
})
