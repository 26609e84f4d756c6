import { describe, expect, it } from 'vitest'
import { TAG } from '../../../../core/tags.ts'
import { endSecret, removeFirstValue } from '../../../../lambdas/engine/end-secret.ts'
import { CURRENT, type MemorySecret, memoryRotation, OTHER, TOKEN } from './memory-rotation.ts'

const PAST = 'GRACE-UNTIL-20261122T090000Z'
const ENDED = `tag ${TAG.ended} 2026-11-22T10:00:00.000Z ${CURRENT}`
const ALIVE: MemorySecret = {
  versions: { [CURRENT]: ['AWSCURRENT', PAST], [TOKEN]: ['AWSPENDING', 'MINE'], [OTHER]: ['AWSPREVIOUS', PAST] },
  values: { [CURRENT]: 'the current value', [TOKEN]: 'the pending value', [OTHER]: 'the old value' },
}

const changes = (calls: readonly string[]): readonly string[] => calls.filter((call) => !/^(describe|read)/.test(call))

describe('B20 an end', () => {
  it('revokes every version, whatever it is, before any label goes, and marks the secret last', async () => {
    const { rotation, calls } = memoryRotation(ALIVE)
    await endSecret(rotation)
    expect(changes(calls)).toEqual([
      'revoke the current value',
      'revoke the pending value',
      'revoke the old value',
      `drop AWSPENDING ${TOKEN}`,
      `drop AWSPREVIOUS ${OTHER}`,
      `drop ${PAST} ${OTHER}`,
      ENDED,
    ])
  })

  it('has the target searched for what no version names, sparing nothing', async () => {
    const seen: unknown[] = []
    const { rotation } = memoryRotation({
      ...ALIVE,
      strategy: {
        reconcile: async (_context, keep, held) =>
          void seen.push(keep, await held.hasToken(CURRENT), await held.holds('any')),
      },
    })
    await endSecret(rotation)
    expect(seen).toEqual([undefined, false, false])
  })

  it('tells of each version that may be alive, goes on with the others, and then marks nothing', async () => {
    const { rotation, calls } = memoryRotation({
      ...ALIVE,
      strategy: {
        revoke: async (_context, value) => {
          if (value.reveal() === 'the current value') throw new Error('the target is down')
          calls.push(`revoke ${value.reveal()}`)
        },
        reconcile: () => Promise.reject('no error at all'),
      },
    })
    await expect(endSecret(rotation)).rejects.toMatchObject({
      code: 'secret-not-ended',
      message: expect.stringMatching(/^keyturn\/test\/memory has not been ended; what may still be alive:\n/),
      problems: [
        { path: `version ${CURRENT}`, message: 'the target is down' },
        { path: 'keys without a version', message: 'failed' },
      ],
    })
    expect(changes(calls)).toEqual(['revoke the pending value', 'revoke the old value'])
  })

  it('without a target to revoke at reads no value, and marks the secret', async () => {
    const { rotation, calls } = memoryRotation(ALIVE)
    const { revoke: _none, ...strategy } = rotation.strategy
    await endSecret({ ...rotation, strategy })
    expect(calls.filter((call) => /^(read|revoke)/.test(call))).toEqual([])
    expect(calls.at(-1)).toBe(ENDED)
  })

  it('of a secret without a current version says that there is none', async () => {
    const { rotation, calls } = memoryRotation({ versions: {} })
    await endSecret(rotation)
    expect(calls.at(-1)).toBe(`tag ${TAG.ended} 2026-11-22T10:00:00.000Z none`)
  })

  it('does nothing to a secret that is being deleted', async () => {
    const { rotation, calls } = memoryRotation({ ...ALIVE, deleted: true })
    await expect(endSecret(rotation)).rejects.toMatchObject({ code: 'secret-deleted' })
    expect(calls).toEqual(['describe'])
  })

  it('stops where the time is over, rather than taking it for the target’s refusal', async () => {
    const over = new AbortController()
    const { rotation, calls } = memoryRotation({
      ...ALIVE,
      strategy: {
        revoke: async () => {
          over.abort(new Error('out of time'))
          throw new Error('cut off')
        },
      },
    })
    await expect(endSecret({ ...rotation, signal: over.signal })).rejects.toThrow('out of time')
    expect(changes(calls)).toEqual([])
  })
})

describe('B20 the first value’s end', () => {
  it.each<[string, MemorySecret]>([
    ['that is still rotated', { ...ALIVE, rotationEnabled: true }],
    ['that has been ended', { ...ALIVE, rotationEnabled: false, tags: { [TAG.ended]: `some-time ${CURRENT}` } }],
  ])('leaves a secret alone %s', async (_what, secret) => {
    const { rotation, calls } = memoryRotation(secret)
    await removeFirstValue(rotation)
    expect(calls).toEqual(['describe'])
  })

  it('ends a secret that is rotated no more', async () => {
    const { rotation, calls } = memoryRotation({ ...ALIVE, rotationEnabled: false })
    await removeFirstValue(rotation)
    expect(calls.at(-1)).toBe(ENDED)
  })
})
