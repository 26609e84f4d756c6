import { describe, expect, it } from 'vitest'
import type { VersionLabels } from '../../../../core/versions.ts'
import { finishSecret } from '../../../../lambdas/engine/finish-secret.ts'
import { CURRENT, memoryRotation, OTHER, TOKEN } from './memory-rotation.ts'

const STAGED: VersionLabels = { [CURRENT]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] }

/** A promotion whose call fails, and what the labels say from then on. */
function failing(after: VersionLabels | undefined) {
  const made = memoryRotation({ versions: STAGED })
  const { store } = made.rotation
  let moved = false
  const rotation = {
    ...made.rotation,
    store: {
      ...store,
      moveLabel: async () => {
        moved = true
        throw new Error('the call failed')
      },
      describe: async () => {
        if (!moved) return store.describe()
        if (after === undefined) throw new Error('so did the look at the labels')
        return { ...(await store.describe()), versions: after }
      },
    },
  }
  return { rotation, calls: made.calls }
}

describe('a promotion whose call fails', () => {
  it('has succeeded when an attempt beside it, or a lost answer, has moved AWSCURRENT', async () => {
    const { rotation } = failing({ [CURRENT]: ['AWSPREVIOUS'], [TOKEN]: ['AWSCURRENT', 'AWSPENDING'] })
    await expect(finishSecret(rotation)).resolves.toBeUndefined()
  })

  it.each<[string, VersionLabels | undefined]>([
    ['AWSCURRENT has not moved', STAGED],
    ['it sits on a third version', { [CURRENT]: ['AWSPREVIOUS'], [OTHER]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] }],
    ['the version is gone', { [CURRENT]: ['AWSCURRENT'] }],
    ['the labels cannot be read', undefined],
  ])('has failed, and is tried again, when %s', async (_what, after) => {
    await expect(finishSecret(failing(after).rotation)).rejects.toThrow('the call failed')
  })

  it('puts the grace label on before AWSCURRENT moves', async () => {
    const { rotation, calls } = memoryRotation({ versions: STAGED })
    await finishSecret(rotation)
    expect(calls.filter((call) => /^(label|move)/.test(call))).toEqual([
      `label GRACE-UNTIL-20261123T100000Z ${CURRENT}`,
      `move AWSCURRENT ${TOKEN}`,
    ])
  })

  it('ends a second later where another version ends in that very second already', async () => {
    const { rotation, calls } = memoryRotation({
      versions: { ...STAGED, [OTHER]: ['AWSPREVIOUS', 'GRACE-UNTIL-20261123T100000Z'] },
    })
    await finishSecret(rotation)
    expect(calls).toContain(`label GRACE-UNTIL-20261123T100001Z ${CURRENT}`)
  })
})
