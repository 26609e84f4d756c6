import { describe, expect, it } from 'vitest'
import { setSecret } from '../../../../lambdas/engine/set-secret.ts'
import { CURRENT, type MemorySecret, memoryRotation, TOKEN } from './memory-rotation.ts'

describe('B1 setSecret', () => {
  it('applies the pending value at the target', async () => {
    const { rotation, calls } = memoryRotation()
    await setSecret(rotation)
    expect(calls.at(-1)).toBe('apply the pending value')
  })

  it('asks for nothing when the strategy has nothing to apply', async () => {
    const { rotation, calls } = memoryRotation()
    const { apply: _none, ...strategy } = rotation.strategy
    await setSecret({ ...rotation, strategy })
    expect(calls).toEqual([])
  })

  it('is over for a version that is current already', async () => {
    const { rotation, calls } = memoryRotation({ versions: { [TOKEN]: ['AWSCURRENT', 'AWSPENDING'] } })
    await setSecret(rotation)
    expect(calls).toEqual(['describe'])
  })

  it.each<[string, MemorySecret, string, string]>([
    ['rotation is off', { rotationEnabled: false }, 'rotation-disabled', 'needs-human'],
    ['the secret is being deleted', { deleted: true }, 'secret-deleted', 'needs-human'],
    ['the version is unknown', { versions: { [CURRENT]: ['AWSCURRENT'] } }, 'token-unknown', 'terminal'],
    [
      'the version is not pending',
      { versions: { [CURRENT]: ['AWSCURRENT'], [TOKEN]: ['SUPPLIED'] } },
      'token-not-staged',
      'terminal',
    ],
    ['the pending version has no value', { values: {} }, 'pending-value-missing', 'retryable'],
    ['the pending value is malformed', { values: { [TOKEN]: 'broken' } }, 'secret-value-malformed', 'terminal'],
  ])('changes nothing at the target when %s', async (_when, secret, code, kind) => {
    const { rotation, calls } = memoryRotation(secret)
    await expect(setSecret(rotation)).rejects.toMatchObject({ code, kind })
    expect(calls.filter((call) => call.startsWith('apply'))).toEqual([])
  })

  it('B17 waits for a value that was written a moment ago, polling', async () => {
    const { rotation, store, calls, clock } = memoryRotation()
    let misses = 3
    const { read } = store
    store.read = async (version) => {
      const value = await read(version)
      return misses-- > 0 ? undefined : value
    }
    await setSecret(rotation)
    expect(clock.slept).toEqual([200, 400, 800])
    expect(calls.at(-1)).toBe('apply the pending value')
  })
})
