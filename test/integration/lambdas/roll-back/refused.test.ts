import { describe, expect, it } from 'vitest'
import { HOUR } from '../../../../core/clock.ts'
import { graceLabel } from '../../../../core/grace.ts'
import { TAG } from '../../../../core/tags.ts'
import {
  inHours,
  keyId,
  keys,
  move,
  PROVIDER,
  refused,
  rig,
  rollBack,
  rotated,
  STRATEGIES,
  sweep,
  tags,
  target,
} from './roll-back-rig.ts'

describe('B13 rolling back is refused with a reason, and changes nothing', () => {
  const unchanged = async (arn: string, act: () => Promise<unknown>): Promise<void> => {
    const before = { labels: await rig.labels(arn), back: tags(arn)[TAG.rolledBack], at: target.value }
    await act()
    expect({ labels: await rig.labels(arn), back: tags(arn)[TAG.rolledBack], at: target.value }).toEqual(before)
    expect(tags(arn)[TAG.lastError] ?? '').toBe('')
  }

  it('once the old version has been revoked', async () => {
    const { arn, old, next } = await rotated(PROVIDER, '1h')
    await rig.clock.advance(2 * HOUR)
    await sweep(arn)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(
        refused('rollback-refused', /has been retired.*keyturn rotate keyturn\/test\/back-\d+ --wait$/),
      ),
    )
  })

  it('once its grace is over, though nobody has revoked it yet', async () => {
    const { arn, old, next } = await rotated(PROVIDER, '1h')
    await rig.clock.advance(2 * HOUR)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(refused('rollback-refused', /grace of version .* ended at/)),
    )
  })

  it('seconds before its end, when its retirement may be about to begin', async () => {
    const { arn, old, next } = await rotated(PROVIDER, '1h')
    await rig.clock.advance(HOUR - 20_000)
    expect(await rollBack(arn, old, next)).toMatchObject(refused('grace-over', /too near to lengthen/))
    expect(await keys(arn)).toMatchObject({ current: next, grace: [{ versionId: old, labels: [expect.any(String)] }] })
  })

  it('while a rotation is under way, and while Secrets Manager cleans up after one', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    await move(arn, 'AWSPENDING', next)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(refused('rotation-in-progress', /is AWSPENDING/)),
    )
    await move(arn, 'AWSPENDING', undefined, next)
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'Models',
      times: 50,
      effect: { kind: 'error', code: 'later', status: 503 },
    })
    await rig.rotate(arn)
    await rig.cloud.rotations.idle()
    expect(await rollBack(arn, old, next)).toMatchObject(refused('rotation-in-progress', /is AWSPENDING/))
    rig.cloud.faults.clear()
    await rig.settle()
  })

  it('when the provider does not take the old key any more', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    rig.upstream.keys.revoke('openai', await keyId(arn, old))
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(
        refused('previous-value-refused', /did not pass: .* HTTP 401, expected 200\..*keyturn rotate .* --wait$/),
      ),
    )
  })

  it('when the provider does not answer, which proves nothing', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'Models',
      times: 50,
      effect: { kind: 'error', code: 'later', status: 503 },
    })
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject({
        payload: {
          error: { message: expect.stringMatching(/did not pass: .* HTTP 503.*If the target is in trouble, try/) },
        },
      }),
    )
  })

  it('when a target in place does not take it: the current value is in force there again', async () => {
    const { arn, old, next } = await rotated(STRATEGIES[4])
    target.refused.add(await rig.value(arn, old))
    expect(await rollBack(arn, old, next)).toMatchObject(
      refused('previous-value-refused', /did not pass: The target does not take the value\./),
    )
    expect(target.value).toBe(await rig.value(arn, next))
    expect((await keys(arn)).current).toBe(next)
  })

  it('when somebody was faster', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    const last = await rig.rotateToEnd(arn)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(refused('rollback-refused', /is not current any more/)),
    )
    expect((await keys(arn)).current).toBe(last)
  })

  it('when its deadline cannot be believed', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    await move(arn, 'GRACE-UNTIL-tomorrow', old)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(
        refused('rollback-refused', /cannot be believed.*keyturn grace .* --version .* --for 24h$/),
      ),
    )
  })

  it('when there is no room for a label', async () => {
    const { arn, old, next } = await rotated(PROVIDER, '7d')
    const count = async (): Promise<number> => Object.values(await rig.labels(arn)).flat().length
    for (let hours = 100; (await count()) < 20; hours++) await move(arn, graceLabel(inHours(hours)), old)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(refused('label-budget-exhausted', /20 of 20/)),
    )
  })
})
