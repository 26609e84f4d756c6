import { describe, expect, it } from 'vitest'
import { firstToken } from '../../../../lambdas/engine/first-value.ts'
import { releaseSupplied, takeSupplied } from '../../../../lambdas/engine/supply.ts'
import { CURRENT, type MemorySecret, memoryRotation, OTHER, TOKEN } from './memory-rotation.ts'

const supplied: MemorySecret = {
  versions: { [CURRENT]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'], [OTHER]: ['SUPPLIED'] },
  values: { [OTHER]: 'the supplied value' },
}

const take = async (secret: MemorySecret) => {
  const made = memoryRotation(secret)
  return { ...made, value: await takeSupplied(made.rotation, await made.store.describe()) }
}

describe('part of B7: the value that a person supplied', () => {
  it('is taken by its version, and keeps its label until it is promoted', async () => {
    const { value, calls } = await take(supplied)
    expect(value.reveal()).toBe('the supplied value')
    expect(calls.slice(1)).toEqual([`read ${OTHER}`])
  })

  it('is found in the pending version by a retry that comes after its label was taken off', async () => {
    expect((await take({})).value.reveal()).toBe('the pending value')
  })

  it.each<[string, MemorySecret]>([
    ['nobody supplied one', { values: {} }],
    ['the label is on the current version', { versions: { [CURRENT]: ['AWSCURRENT', 'SUPPLIED'] } }],
    ['the labelled version has no value', { ...supplied, values: {} }],
  ])('is asked for, with the command to run, when %s', async (_when, secret) => {
    await expect(take(secret)).rejects.toMatchObject({
      code: 'nothing-supplied',
      kind: 'needs-human',
      message: expect.stringContaining('keyturn rotate keyturn/test/memory --value-from -'),
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
