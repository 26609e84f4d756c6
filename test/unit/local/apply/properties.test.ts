import { describe, expect, it } from 'vitest'
import {
  dropUndefined,
  elideSecrets,
  holdsSecret,
  holdsUnknown,
  markSecret,
  RESOURCE,
  reveal,
  SIGNATURE,
  UNKNOWN,
} from '../../../../local/apply/properties.ts'

const tree = { plain: 'a', nested: { list: ['b', markSecret({ deep: markSecret('hidden') })] } }

describe('property trees', () => {
  it('reveals secrets at any depth', () => {
    expect(reveal(tree)).toEqual({ plain: 'a', nested: { list: ['b', { deep: 'hidden' }] } })
  })

  it('elides a secret whole, whatever it holds', () => {
    expect(elideSecrets(tree)).toEqual({ plain: 'a', nested: { list: ['b', '[secret]'] } })
    expect(JSON.stringify(elideSecrets(tree))).not.toContain('hidden')
  })

  it('finds secrets and unknowns at any depth', () => {
    expect(holdsSecret(tree)).toBe(true)
    expect(holdsSecret(reveal(tree))).toBe(false)
    expect(holdsUnknown({ a: [{ b: UNKNOWN }] })).toBe(true)
    expect(holdsUnknown(tree)).toBe(false)
  })

  it('puts the id in place of a reference to a resource', () => {
    expect(reveal({ role: { [SIGNATURE]: RESOURCE, urn: 'urn:x', id: 'role-name' } })).toEqual({ role: 'role-name' })
  })

  it('drops undefined fields, which the wire format cannot carry, and keeps places in lists', () => {
    expect(dropUndefined({ a: undefined, b: [undefined, 1], c: null })).toEqual({ b: [null, 1], c: null })
  })
})
