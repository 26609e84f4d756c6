import { describe, expect, it } from 'vitest'
import { KeyturnError } from '../../../../core/errors.ts'
import { readLastError, readWhy, TAG } from '../../../../core/tags.ts'
import { abandon, recordError } from '../../../../lambdas/engine/abandon.ts'
import { CURRENT, type MemorySecret, memoryRotation, OTHER, TOKEN } from './memory-rotation.ts'

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret']
const hopeless = new KeyturnError('test-call-refused', 'no')

/** A strategy that mints working keys, as every one that ships does. */
function minting(secret: MemorySecret = {}) {
  const made = memoryRotation(secret)
  const { apply: _none, ...strategy } = made.rotation.strategy
  return { ...made, rotation: { ...made.rotation, strategy } }
}

const cleaned = (calls: readonly string[]): string[] => calls.filter((call) => /^(discard|drop)/.test(call))

describe('part of B16: abandon', () => {
  it.each(
    STEPS.flatMap((step) => [
      [step, hopeless] as const,
      [step, new KeyturnError('provider-admin-refused', 'no')] as const,
    ]),
  )('after %s failed for good, removes the pending credential first and AWSPENDING then (%s)', async (step, error) => {
    const { rotation, calls } = minting()
    await abandon(rotation, step, error)
    expect(cleaned(calls)).toEqual(['discard the pending value', `drop AWSPENDING ${TOKEN}`])
  })

  it('takes AWSPENDING off a version that has no value yet', async () => {
    const { rotation, calls } = minting({ values: {} })
    await abandon(rotation, 'createSecret', hopeless)
    expect(cleaned(calls)).toEqual([`drop AWSPENDING ${TOKEN}`])
  })

  it('keeps AWSPENDING when the credential could not be removed, so that it is not lost from sight', async () => {
    const { rotation, calls } = minting({ strategy: { discard: () => Promise.reject(new Error('target down')) } })
    await expect(abandon(rotation, 'testSecret', hopeless)).rejects.toThrow('target down')
    expect(cleaned(calls)).toEqual([])
  })

  it.each<[string, string, unknown, MemorySecret]>([
    ['an error that passes', 'testSecret', new KeyturnError('target-unavailable', 'later'), {}],
    ['an error of the SDK', 'testSecret', new Error('socket hang up'), {}],
    ['a rotation that was over', 'finishSecret', new KeyturnError('token-not-staged', 'over'), {}],
    ['a secret that is gone', 'createSecret', new KeyturnError('secret-not-found', 'gone'), {}],
    ['a step that is not one of the four', 'retireSecret', hopeless, {}],
    [
      'another version that is pending',
      'testSecret',
      hopeless,
      { versions: { [CURRENT]: ['AWSCURRENT'], [OTHER]: ['AWSPENDING'], [TOKEN]: ['X'] } },
    ],
    ['a version that is current', 'finishSecret', hopeless, { versions: { [TOKEN]: ['AWSCURRENT', 'AWSPENDING'] } }],
  ])('leaves all as it is after %s', async (_what, step, error, secret) => {
    const { rotation, calls } = minting(secret)
    await abandon(rotation, step, error)
    expect(cleaned(calls)).toEqual([])
  })

  it('leaves a value that may be in force at the target to a person', async () => {
    const { rotation, calls } = memoryRotation()
    await abandon(rotation, 'testSecret', hopeless)
    expect(calls).toEqual([])
  })
})

describe('part of B16: recordError', () => {
  it.each([
    [hopeless, 'test-call-refused'],
    [Object.assign(new Error('secret text of a target'), { name: 'AccessDeniedException' }), 'AccessDeniedException'],
    ['thrown text', 'unknown'],
  ])('leaves step and code on the secret, and of messages those of our own (%s)', async (error, code) => {
    const { rotation, calls, clock } = memoryRotation()
    await recordError(rotation, 'testSecret', error)
    expect(calls).toHaveLength(2)
    const [, text = ''] = calls[0]?.split(`tag ${TAG.lastError} `) ?? []
    expect(readLastError(text)).toEqual({ at: clock.now(), step: 'testSecret', code })
    const [, why = ''] = calls[1]?.split(`tag ${TAG.lastErrorWhy} `) ?? []
    expect(readWhy(why)).toBe(error === hopeless ? 'no' : undefined)
  })

  it('does not disturb what an ended rotation left', async () => {
    const { rotation, calls } = memoryRotation()
    await recordError(rotation, 'testSecret', new KeyturnError('rotation-disabled', 'off'))
    expect(calls).toEqual([])
  })
})
