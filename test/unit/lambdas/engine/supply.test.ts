import { InvalidParameterException } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from 'vitest'
import { firstToken } from '../../../../lambdas/engine/first-value.ts'
import { openSupply } from '../../../../lambdas/engine/supply.ts'
import { CURRENT, type MemorySecret, memoryRotation, OTHER, TOKEN } from './memory-rotation.ts'

const supplied: MemorySecret = {
  versions: { [CURRENT]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'], [OTHER]: ['SUPPLIED'] },
  values: { [OTHER]: 'the supplied value' },
}

async function open(secret: MemorySecret) {
  const made = memoryRotation(secret)
  const supply = openSupply(made.rotation, await made.store.describe())
  return { ...made, supply }
}

describe('B7 the value that a person supplied', () => {
  it('is taken by its version, and its label goes when it has been stored', async () => {
    const { supply, calls } = await open(supplied)
    expect((await supply.take()).reveal()).toBe('the supplied value')
    await supply.consume()
    expect(calls.slice(1)).toEqual([`read ${OTHER}`, `drop SUPPLIED ${OTHER}`])
  })

  it('is not un-labelled when it was not taken', async () => {
    const { supply, calls } = await open(supplied)
    await supply.consume()
    expect(calls).toEqual(['describe'])
  })

  it('is found in the pending version by a retry that comes after its label went', async () => {
    const { supply } = await open({})
    expect((await supply.take()).reveal()).toBe('the pending value')
  })

  it.each<[string, MemorySecret]>([
    ['nobody supplied one', { values: {} }],
    ['the label is on the current version', { versions: { [CURRENT]: ['AWSCURRENT', 'SUPPLIED'] } }],
    ['the labelled version has no value', { ...supplied, values: {} }],
  ])('is asked for, with the command to run, when %s', async (_when, secret) => {
    const { supply } = await open(secret)
    await expect(supply.take()).rejects.toMatchObject({
      code: 'nothing-supplied',
      kind: 'needs-human',
      message: expect.stringContaining('keyturn rotate keyturn/test/memory --value-from -'),
    })
  })

  it('keeps its label when a newer value has it by now, and other errors are not swallowed', async () => {
    const { supply, store } = await open(supplied)
    await supply.take()
    store.dropLabel = () => Promise.reject(new InvalidParameterException({ message: 'moved on', $metadata: {} }))
    await expect(supply.consume()).resolves.toBeUndefined()
    store.dropLabel = () => Promise.reject(new Error('AccessDenied'))
    await expect(supply.consume()).rejects.toThrow('AccessDenied')
  })
})

describe('A4 firstToken', () => {
  it('is the same at every try, another for every secret, and a version id that Secrets Manager takes', () => {
    expect(firstToken('arn:one')).toBe(firstToken('arn:one'))
    expect(firstToken('arn:one')).not.toBe(firstToken('arn:two'))
    expect(firstToken('arn:one')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })
})
