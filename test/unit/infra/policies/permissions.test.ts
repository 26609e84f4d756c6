import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PermissionStatement } from '../../../../core/permissions.ts'
import { type GrantScope, renderGrants } from '../../../../infra/policies/permissions.ts'
import { enginePermissions } from '../../../../lambdas/strategies/base-permissions.ts'

const VIA = 'secretsmanager.eu-central-1.amazonaws.com'
const ANY = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:keyturn/dev/*'
const stack: GrantScope = {
  anySecretArn: ANY,
  stackTag: 'keyturn/dev',
  strategy: (name) => `strategy-of:${name[0]}`,
  secret: (name) => `secret:${name}`,
  keyOf: (name) => `key-of-group:${name[0]}`,
  viaSecretsManager: VIA,
}

const STRATEGY = 'aws:ResourceTag/keyturn:strategy'

const names = ['a1', 'a2', 'b1', 'b2', 'c1']
const name = fc.constantFrom(...names)
const action = fc.constantFrom('secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'kms:Decrypt')
const resource = fc.oneof(
  fc.record({ kind: fc.constantFrom('own-secret' as const, 'own-key' as const) }),
  fc.record({ kind: fc.constantFrom('secret' as const, 'key-of' as const), name }),
)
/** The sid follows from actions and kind, so that statements of one sid never disagree. */
const statement: fc.Arbitrary<PermissionStatement> = fc
  .record({ actions: fc.uniqueArray(action, { minLength: 1 }), on: resource })
  .map(({ actions, on }) => ({
    sid: `${on.kind}${[...actions].sort().join()}`.replaceAll(/[^A-Za-z]/g, ''),
    actions,
    on,
  }))
const grants = fc.array(fc.record({ own: name, statements: fc.array(statement, { maxLength: 4 }) }), { maxLength: 6 })

describe('rendering permissions (part of A3)', () => {
  it('grants exactly the pairs of action and resource that were asked for, own secrets by their strategy', () => {
    fc.assert(
      fc.property(grants, (all) => {
        const asked = new Set<string>()
        for (const { own, statements } of all) {
          for (const { actions, on } of statements) {
            const target = 'name' in on ? on.name : own
            const whole = on.kind.includes('key') ? stack.keyOf(target) : stack.secret(target)
            const told = on.kind === 'own-secret' ? stack.strategy(target) : whole
            for (const one of actions) asked.add(`${one} ${told}`)
          }
        }
        const granted = renderGrants(all, stack).flatMap(({ Action, Resource = [], Condition }) => {
          const tagged = [Condition?.StringEquals?.[STRATEGY] ?? []].flat()
          return Action.flatMap((one) => (tagged.length > 0 ? tagged : Resource).map((told) => `${one} ${told}`))
        })
        expect(new Set(granted)).toEqual(asked)
      }),
    )
  })

  it('grants the key of another secret once, where it is that of an own secret too', () => {
    const statements: PermissionStatement[] = [
      { sid: 'UseOwn', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], on: { kind: 'own-key' } },
      ...['a2', 'b1'].map((name) => ({
        sid: 'UseOther',
        actions: ['kms:Decrypt'],
        on: { kind: 'key-of' as const, name },
      })),
    ]
    const rendered = renderGrants([{ own: 'a1', statements }], stack)
    expect(rendered.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
      ['UseOwn', ['key-of-group:a']],
      ['UseOther', ['key-of-group:b']],
    ])
    expect(rendered[1]?.Condition?.StringLike).toEqual({ 'kms:EncryptionContext:SecretARN': ['secret:b1'] })
  })

  it('takes no secret for its own that lacks the stack’s tag, or lies outside of the stack’s names', () => {
    fc.assert(
      fc.property(grants, (all) => {
        for (const { Resource, Condition } of renderGrants(all, stack)) {
          if (Condition?.StringEquals?.[STRATEGY] === undefined) continue
          expect(Resource).toEqual([ANY])
          expect(Condition.StringEquals['aws:ResourceTag/keyturn:stack']).toBe('keyturn/dev')
        }
      }),
    )
  })

  it('does not grow with the secrets of one strategy', () => {
    const policyOf = (count: number) => {
      const own = Array.from({ length: count }, (_, index) => `a${index}`)
      return JSON.stringify(
        renderGrants(
          own.map((one) => ({ own: one, statements: enginePermissions })),
          stack,
        ),
      )
    }
    expect(policyOf(2_000)).toBe(policyOf(1))
  })

  it('lets no key be used but through Secrets Manager and for secrets of the stack', () => {
    fc.assert(
      fc.property(grants, (all) => {
        for (const { Resource = [], Condition } of renderGrants(all, stack)) {
          if (!Resource.some((arn) => arn.startsWith('key-of-group:'))) continue
          const secrets = Condition?.StringLike?.['kms:EncryptionContext:SecretARN']
          expect(Condition?.StringEquals?.['kms:ViaService']).toBe(VIA)
          expect([secrets].flat().length).toBeGreaterThan(0)
          expect([secrets].flat().every((arn) => [ANY, ...names.map(stack.secret)].includes(String(arn)))).toBe(true)
        }
      }),
    )
  })

  it('gives every statement a sid of its own', () => {
    fc.assert(
      fc.property(grants, (all) => {
        const sids = renderGrants(all, stack).map(({ Sid }) => Sid)
        expect(new Set(sids).size).toBe(sids.length)
      }),
    )
  })

  it('renders the engine’s own permissions for the secrets of a function', () => {
    const rendered = renderGrants(
      ['a1', 'a2'].map((own) => ({ own, statements: enginePermissions })),
      stack,
    )
    expect(rendered).toContainEqual({
      Sid: 'UseOwnKey',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: ['key-of-group:a'],
      Condition: {
        StringEquals: { 'kms:ViaService': VIA },
        StringLike: { 'kms:EncryptionContext:SecretARN': [ANY] },
      },
    })
    expect(rendered.find(({ Sid }) => Sid === 'RotateOwnSecret')).toMatchObject({
      Resource: [ANY],
      Condition: { StringEquals: { 'aws:ResourceTag/keyturn:stack': 'keyturn/dev', [STRATEGY]: ['strategy-of:a'] } },
    })
  })

  it.each([
    ['a wildcard', { sid: 'All', actions: ['secretsmanager:*'] }],
    ['a malformed sid', { sid: 'read-it', actions: ['secretsmanager:GetSecretValue'] }],
  ])('refuses %s', (_what, { sid, actions }) => {
    const statements = [{ sid, actions, on: { kind: 'own-secret' as const } }]
    expect(() => renderGrants([{ own: 'a1', statements }], stack)).toThrow(
      expect.objectContaining({ code: 'permission-invalid', kind: 'terminal' }),
    )
  })

  it('refuses two statements that share a sid and disagree', () => {
    const statements: PermissionStatement[] = [
      { sid: 'Read', actions: ['secretsmanager:GetSecretValue'], on: { kind: 'own-secret' } },
      { sid: 'Read', actions: ['kms:Decrypt'], on: { kind: 'own-key' } },
    ]
    expect(() => renderGrants([{ own: 'a1', statements }], stack)).toThrow(/"Read" differ/)
  })
})
