import { describe, expect, it } from 'vitest'
import { createFirstValue, firstToken } from '../../../../lambdas/engine/first-value.ts'
import { CURRENT, type MemorySecret, memoryRotation, TOKEN } from './memory-rotation.ts'

const EMPTY: MemorySecret = { versions: {}, values: {}, rotationEnabled: false }

describe('A4 a first value', () => {
  it('is made and stored, and the target searched for what an attempt before left', async () => {
    const kept: unknown[] = []
    const { rotation, calls } = memoryRotation({
      ...EMPTY,
      strategy: { reconcile: async (_context, keep) => void kept.push(keep?.reveal()) },
    })
    await createFirstValue(rotation)
    expect(calls).toEqual(['describe', `put ${TOKEN}`])
    expect(kept).toEqual(['the new value'])
  })

  it('is made for no secret that has a current one', async () => {
    const { rotation, calls } = memoryRotation({
      ...EMPTY,
      versions: { [CURRENT]: ['AWSCURRENT'], old: ['AWSPREVIOUS'] },
    })
    await createFirstValue(rotation)
    expect(calls).toEqual(['describe'])
  })

  it('that another attempt has stored is kept, and the own one removed at the target', async () => {
    const { rotation, calls } = memoryRotation(EMPTY)
    await createFirstValue({ ...rotation, store: { ...rotation.store, putFirst: async () => false } })
    expect(calls).toEqual(['describe', 'discard the new value'])
  })

  it.each<[string, MemorySecret, string]>([
    ['of a secret that is being deleted', { ...EMPTY, deleted: true }, 'secret-deleted'],
    [
      'without a value of the strategy',
      { ...EMPTY, strategy: { checkValue: () => 'it is empty' } },
      'secret-value-malformed',
    ],
  ])('is not stored %s', async (_what, secret, code) => {
    const { rotation, calls } = memoryRotation(secret)
    await expect(createFirstValue(rotation)).rejects.toMatchObject({ code })
    expect(calls).toEqual(['describe'])
  })

  it('is tried again while a role just made is denied, for forty seconds, and nothing else is', async () => {
    const denied = Object.assign(new Error('not yet'), { name: 'AccessDeniedException' })
    const { rotation, clock } = memoryRotation(EMPTY)
    const failing = (error: Error) => ({
      ...rotation,
      store: { ...rotation.store, describe: () => Promise.reject(error) },
    })
    await expect(createFirstValue(failing(denied))).rejects.toBe(denied)
    expect(clock.slept).toEqual([1_000, 2_000, 4_000, ...Array(6).fill(5_000)])
    const tries = clock.slept.length
    await expect(createFirstValue(failing(new Error('down')))).rejects.toThrow('down')
    expect(clock.slept).toHaveLength(tries)
  })

  it('has a version id that is the same at every try, and another for every secret', () => {
    expect(firstToken('arn:a')).toMatch(/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/)
    expect(firstToken('arn:a')).toBe(firstToken('arn:a'))
    expect(firstToken('arn:a')).not.toBe(firstToken('arn:b'))
  })
})
