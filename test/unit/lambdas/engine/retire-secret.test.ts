import { describe, expect, it } from 'vitest'
import { SecretString } from '../../../../core/secret-string.ts'
import { retireVersion } from '../../../../lambdas/engine/retire-secret.ts'
import { CURRENT, type MemorySecret, memoryRotation, OTHER, TOKEN } from './memory-rotation.ts'

const PAST = 'GRACE-UNTIL-20261122T090000Z'
const EARLIER = 'GRACE-UNTIL-20261122T080000Z'
const AHEAD = 'GRACE-UNTIL-20261122T110000Z'

const due = (labels: readonly string[] = ['AWSPREVIOUS', PAST], more: MemorySecret = {}): MemorySecret => ({
  ...more,
  versions: { [CURRENT]: ['AWSCURRENT'], [OTHER]: labels, ...more.versions },
  values: { [CURRENT]: 'the current value', [OTHER]: 'the old value', ...more.values },
})

const changes = (calls: readonly string[]): readonly string[] => calls.filter((call) => !/^(describe|read)/.test(call))

describe('B4 a retirement', () => {
  it('revokes first, and takes the grace labels off last', async () => {
    const { rotation, calls } = memoryRotation(due(['AWSPREVIOUS', PAST, EARLIER]))
    await retireVersion(rotation, OTHER)
    expect(changes(calls)).toEqual([
      'revoke the old value',
      `drop AWSPREVIOUS ${OTHER}`,
      `drop ${PAST} ${OTHER}`,
      `drop ${EARLIER} ${OTHER}`,
    ])
  })

  it('is over for a version that is gone', async () => {
    const { rotation, calls } = memoryRotation({ versions: { [CURRENT]: ['AWSCURRENT'] } })
    await retireVersion(rotation, OTHER)
    expect(calls).toEqual(['describe'])
  })

  it('takes labels off alone where there is no target', async () => {
    const { rotation, calls } = memoryRotation(due([PAST]))
    const { revoke: _none, ...strategy } = rotation.strategy
    await retireVersion({ ...rotation, strategy }, OTHER)
    expect(calls).toEqual(['describe', `drop ${PAST} ${OTHER}`])
  })

  it.each<[string, MemorySecret, string, RegExp]>([
    [
      'is current',
      due(['AWSCURRENT', PAST], { versions: { [CURRENT]: [] } }),
      'retire-live-version',
      /is AWSCURRENT, /,
    ],
    ['is pending', due(['AWSPENDING', PAST]), 'retire-live-version', /is never retired/],
    [
      'is in its grace',
      due([AHEAD]),
      'grace-not-over',
      /is accepted until 2026-11-22T11:00:00.000Z.*keyturn revoke .* --version /,
    ],
    ['has no deadline', due(['AWSPREVIOUS']), 'grace-not-over', /has no grace label/],
    ['has no label', due([]), 'grace-not-over', /has no grace label/],
    [
      'has a label that is no time',
      due(['GRACE-UNTIL-x', PAST]),
      'grace-label-malformed',
      /an unreadable .*GRACE-UNTIL-x/,
    ],
    ['has one too far ahead', due(['GRACE-UNTIL-20990101T000000Z']), 'grace-label-malformed', /longest grace of 7 d/],
    [
      'cannot be read',
      due(undefined, { values: { [OTHER]: undefined as never } }),
      'version-unreadable',
      /keeps its labels/,
    ],
    [
      'holds what is no key',
      due([PAST], { values: { [OTHER]: 'broken' } }),
      'retired-value-malformed',
      new RegExp(`it has another shape.*--version-stage ${PAST} --remove-from-version-id ${OTHER}`),
    ],
    ['is of a secret that is being deleted', due(undefined, { deleted: true }), 'secret-deleted', /./],
  ])('changes nothing when the version %s', async (_what, secret, code, message) => {
    const { rotation, calls } = memoryRotation(secret)
    await expect(retireVersion(rotation, OTHER)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
    expect(changes(calls)).toEqual([])
  })

  it.each<[string, readonly string[]]>([
    ['current', ['AWSCURRENT']],
    ['pending', ['AWSPENDING']],
    ['in grace', [AHEAD]],
    ['replaced by hand', ['AWSPREVIOUS']],
  ])('revokes nothing that a version holds which is %s, and takes the labels off', async (_what, labels) => {
    const { rotation, calls } = memoryRotation({
      versions: {
        ...(labels[0] === 'AWSCURRENT' ? {} : { [CURRENT]: ['AWSCURRENT'] }),
        [OTHER]: [PAST],
        [TOKEN]: labels,
      },
      values: { [CURRENT]: 'the current value', [OTHER]: 'the old value', [TOKEN]: 'the old value' },
    })
    await retireVersion(rotation, OTHER)
    expect(changes(calls)).toEqual([`drop ${PAST} ${OTHER}`])
  })

  it('revokes although a pending version has no value yet', async () => {
    const { rotation, calls } = memoryRotation(due([PAST], { versions: { [TOKEN]: ['AWSPENDING'] } }))
    await retireVersion(rotation, OTHER)
    expect(changes(calls)).toEqual(['revoke the old value', `drop ${PAST} ${OTHER}`])
  })

  it.each([
    ['the same id', 'the id=1 key=b', false],
    ['the same text', 'the id=2 key=a', false],
    ['neither', 'the id=2 key=b', true],
    ['its text, pasted as it is', 'a', false],
  ])('knows a credential by its id or its text: %s', async (_what, live, revoked) => {
    const { rotation, calls } = memoryRotation({
      ...due([PAST], { values: { [CURRENT]: live, [OTHER]: 'the id=1 key=a' } }),
      strategy: {
        credential: (value) => {
          const [, id, key] = /id=(\w) key=(\w)/.exec(value.reveal()) ?? []
          return id && key ? { id, text: new SecretString(key) } : undefined
        },
      },
    })
    await retireVersion(rotation, OTHER)
    expect(calls.some((call) => call.startsWith('revoke'))).toBe(revoked)
  })
})
