import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PermissionStatement } from '../../../core/permissions.ts'
import { type ArnLookup, renderGrants } from '../../../infra/permissions.ts'
import { enginePermissions } from '../../../lambdas/strategies/base-permissions.ts'

const VIA = 'secretsmanager.eu-central-1.amazonaws.com'
const arns: ArnLookup = {
  secret: (name) => `secret:${name}`,
  keyOf: (name) => `key-of-group:${name[0]}`,
  viaSecretsManager: VIA,
}

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

describe('rendering permissions (A3)', () => {
  it('grants exactly the pairs of action and resource that were asked for', () => {
    fc.assert(
      fc.property(grants, (all) => {
        const asked = new Set<string>()
        for (const { own, statements } of all) {
          for (const { actions, on } of statements) {
            const target = 'name' in on ? on.name : own
            const arn = on.kind.includes('key') ? arns.keyOf(target) : arns.secret(target)
            for (const one of actions) asked.add(`${one} ${arn}`)
          }
        }
        const granted = renderGrants(all, arns).flatMap(({ Action, Resource = [] }) =>
          Action.flatMap((one) => Resource.map((arn) => `${one} ${arn}`)),
        )
        expect(new Set(granted)).toEqual(asked)
      }),
    )
  })

  it('lets no key be used but through Secrets Manager and for named secrets', () => {
    fc.assert(
      fc.property(grants, (all) => {
        for (const { Resource = [], Condition } of renderGrants(all, arns)) {
          if (!Resource.some((arn) => arn.startsWith('key-of-group:'))) continue
          const { 'kms:ViaService': via, 'kms:EncryptionContext:SecretARN': secrets } = Condition?.StringEquals ?? {}
          expect(via).toBe(VIA)
          expect([secrets].flat().length).toBeGreaterThan(0)
          expect([secrets].flat().every((arn) => names.map(arns.secret).includes(String(arn)))).toBe(true)
        }
      }),
    )
  })

  it('gives every statement a sid of its own', () => {
    fc.assert(
      fc.property(grants, (all) => {
        const sids = renderGrants(all, arns).map(({ Sid }) => Sid)
        expect(new Set(sids).size).toBe(sids.length)
      }),
    )
  })

  it('renders the engine’s own permissions for the secrets of a function', () => {
    const rendered = renderGrants(
      ['a1', 'a2'].map((own) => ({ own, statements: enginePermissions })),
      arns,
    )
    expect(rendered).toContainEqual({
      Sid: 'UseOwnKey',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: ['key-of-group:a'],
      Condition: {
        StringEquals: { 'kms:ViaService': VIA, 'kms:EncryptionContext:SecretARN': ['secret:a1', 'secret:a2'] },
      },
    })
    expect(rendered.find(({ Sid }) => Sid === 'RotateOwnSecret')?.Resource).toEqual(['secret:a1', 'secret:a2'])
  })

  it.each([
    ['a wildcard', { sid: 'All', actions: ['secretsmanager:*'] }],
    ['a malformed sid', { sid: 'read-it', actions: ['secretsmanager:GetSecretValue'] }],
  ])('refuses %s', (_what, { sid, actions }) => {
    const statements = [{ sid, actions, on: { kind: 'own-secret' as const } }]
    expect(() => renderGrants([{ own: 'a1', statements }], arns)).toThrow(
      expect.objectContaining({ code: 'permission-invalid', kind: 'terminal' }),
    )
  })

  it('refuses two statements that share a sid and disagree', () => {
    const statements: PermissionStatement[] = [
      { sid: 'Read', actions: ['secretsmanager:GetSecretValue'], on: { kind: 'own-secret' } },
      { sid: 'Read', actions: ['kms:Decrypt'], on: { kind: 'own-key' } },
    ]
    expect(() => renderGrants([{ own: 'a1', statements }], arns)).toThrow(/"Read" differ/)
  })
})
