import { describe, expect, it } from 'vitest'
import type { Supply } from '../../../../core/tags.ts'
import { firstToken } from '../../../../lambdas/engine/first-value.ts'
import { nextValue, releaseSupplied } from '../../../../lambdas/engine/supply.ts'
import type { Strategy } from '../../../../lambdas/strategies/strategy.ts'
import { CURRENT, type MemorySecret, memoryRotation, OTHER, TOKEN } from './memory-rotation.ts'

const supplied: MemorySecret = {
  versions: { [CURRENT]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'], [OTHER]: ['SUPPLIED'] },
  values: { [OTHER]: 'the supplied value' },
}

/** A strategy for which a person alone can obtain a value, or that makes one where nobody has handed one over. */
const take = async (secret: MemorySecret, supply: Supply = 'required') => {
  const { rotation, ...made } = memoryRotation(secret)
  const { create, ...strategy } = rotation.strategy
  const described: Strategy = { ...strategy, supply, ...(supply !== 'required' && create && { create }) }
  return { ...made, value: await nextValue({ ...rotation, strategy: described }, await made.store.describe()) }
}

describe('part of B7: the value that a person handed over', () => {
  it.each<Supply>(['required', 'allowed'])(
    'is taken by its version, and keeps its label, where it is %s',
    async (supply) => {
      const { value, calls } = await take(supplied, supply)
      expect(value.reveal()).toBe('the supplied value')
      expect(calls.slice(1)).toEqual([`read ${OTHER}`])
    },
  )

  it('is found in the pending version by a retry that comes after its label was taken off', async () => {
    expect((await take({})).value.reveal()).toBe('the pending value')
  })

  it('is made instead where it is allowed and nobody has handed one over, without another call', async () => {
    const { value, calls } = await take({}, 'allowed')
    expect(value.reveal()).toBe('the new value')
    expect(calls).toEqual(['describe'])
  })

  it('is left alone by a strategy that takes none', async () => {
    const { value, calls } = await take(supplied, 'never')
    expect(value.reveal()).toBe('the new value')
    expect(calls).toEqual(['describe'])
  })

  it.each<[string, MemorySecret]>([
    ['nobody supplied one', { values: {} }],
    [
      'the label is on the current version',
      { versions: { [CURRENT]: ['AWSCURRENT', 'SUPPLIED'] }, values: { [CURRENT]: 'the old value' } },
    ],
    ['the labelled version has no value', { ...supplied, values: {} }],
    [
      'the label is on a version in grace',
      { versions: { [OTHER]: ['SUPPLIED', 'GRACE-UNTIL-20261123T100000Z'] }, values: { [OTHER]: 'the old value' } },
    ],
    [
      'the label is on the version before',
      { versions: { [OTHER]: ['SUPPLIED', 'AWSPREVIOUS'] }, values: { [OTHER]: 'the old value' } },
    ],
  ])('is asked for, with the command to run, when %s', async (_when, secret) => {
    await expect(take({ values: {}, ...secret })).rejects.toMatchObject({
      code: 'nothing-supplied',
      kind: 'needs-human',
      message: expect.stringContaining('keyturn rotate keyturn/test/memory --value-from -'),
    })
  })

  it('is not replaced by one of Keyturn’s own while it cannot be read', async () => {
    await expect(take({ ...supplied, values: {} }, 'allowed')).rejects.toMatchObject({ code: 'nothing-supplied' })
  })

  it.each<[Supply, RegExp]>([
    ['required', /Supply another: keyturn rotate keyturn\/test\/memory --value-from -$/],
    ['allowed', new RegExp(`or have Keyturn make one: .*--version-stage SUPPLIED --remove-from-version-id ${OTHER}`)],
  ])('is refused when it does not fit, with what can be done where it is %s', async (supply, message) => {
    await expect(take({ ...supplied, values: { [OTHER]: 'weak' } }, supply)).rejects.toMatchObject({
      code: 'supplied-value-malformed',
      kind: 'needs-human',
      message: expect.stringMatching(message),
    })
    await expect(take({ ...supplied, values: { [OTHER]: 'weak' } }, supply)).rejects.not.toMatchObject({
      message: expect.stringContaining('weak'),
    })
  })

  it.each([
    ['loses its label once it is promoted', 'the supplied value', [`drop SUPPLIED ${OTHER}`]],
    ['keeps it when a newer value has the label by now', 'the value that was taken', []],
  ])('%s', async (_what, promoted, dropped) => {
    const versions = { [TOKEN]: ['AWSCURRENT'], [OTHER]: ['SUPPLIED'] }
    const { rotation, calls } = memoryRotation({
      versions,
      values: { [TOKEN]: promoted, [OTHER]: 'the supplied value' },
    })
    await releaseSupplied(rotation, versions)
    expect(calls.filter((call) => call.startsWith('drop'))).toEqual(dropped)
  })
})

describe('A4 firstToken', () => {
  it('is the same at every try, another for every secret, and a version id that Secrets Manager takes', () => {
    expect(firstToken('arn:one')).toBe(firstToken('arn:one'))
    expect(firstToken('arn:one')).not.toBe(firstToken('arn:two'))
    expect(firstToken('arn:one')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })
})
