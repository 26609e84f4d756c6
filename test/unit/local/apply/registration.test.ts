import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestInputs, urnOf } from '../../../../local/apply/registration.ts'

describe('urnOf', () => {
  const stackUrn = urnOf('keyturn', 'dev', '', 'pulumi:pulumi:Stack', 'keyturn-dev')

  it('leaves the stack out of a type, and keeps every component', () => {
    const group = urnOf('keyturn', 'dev', stackUrn, 'keyturn:infra:SecretGroup', 'main')
    const secret = urnOf('keyturn', 'dev', group, 'keyturn:infra:ManagedSecret', 'openai')
    expect(stackUrn).toBe('urn:pulumi:dev::keyturn::pulumi:pulumi:Stack::keyturn-dev')
    expect(urnOf('keyturn', 'dev', secret, 'aws:secretsmanager/secret:Secret', 'openai')).toBe(
      'urn:pulumi:dev::keyturn::keyturn:infra:SecretGroup$keyturn:infra:ManagedSecret$aws:secretsmanager/secret:Secret::openai',
    )
  })
})

describe('digestInputs', () => {
  it('depends on content, not on the order of keys', async () => {
    expect(await digestInputs({ a: { x: 1, y: [2, null] } }, 'salt')).toEqual(
      await digestInputs({ a: { y: [2, null], x: 1 } }, 'salt'),
    )
  })

  it('tells any two different values apart, and gives the same value the same digest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (one, other) => {
        const [first, second] = await Promise.all([digestInputs({ v: one }, 's'), digestInputs({ v: other }, 's')])
        expect(first.v === second.v).toBe(sorted(one) === sorted(other))
      }),
    )
  })

  it('tells nothing of the value to a reader without the salt', async () => {
    const [one, other] = await Promise.all([digestInputs({ v: 'x' }, 'salt-1'), digestInputs({ v: 'x' }, 'salt-2')])
    expect(one.v).not.toBe(other.v)
  })
})

/** JSON with keys in order, as JSON.stringify writes numbers (-0 is 0). */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${sorted(field)}`).join()}}`
}
