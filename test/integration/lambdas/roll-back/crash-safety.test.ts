import { describe, expect, it } from 'vitest'
import { DAY, MINUTE } from '../../../../core/clock.ts'
import {
  alive,
  cuts,
  DONE,
  inHours,
  keyId,
  keys,
  order,
  PROVIDER,
  rig,
  rollBack,
  rotated,
  STRATEGIES,
  sweep,
  target,
} from './roll-back-rig.ts'

describe('B13 crash safety of a roll-back', () => {
  it.each([PROVIDER, STRATEGIES[1], STRATEGIES[4]])(
    '$strategy: cut off at any call, both versions go on working, and asking again completes it',
    async (kind) => {
      // Little is left of the old version's grace, so that putting it off is among the calls.
      const near = async () => {
        const made = await rotated(kind, '1h')
        await rig.clock.advance(50 * MINUTE)
        return made
      }
      const template = await near()
      const points = await cuts.callsOf(() => rollBack(template.arn, template.old, template.next))
      expect(points.filter(({ operation }) => operation === 'UpdateSecretVersionStage').length).toBeGreaterThan(3)
      for (const { fault, where } of cuts.at(points)) {
        const { arn, project, old, next } = await near()
        rig.cloud.faults.add(fault)
        await rollBack(arn, old, next)
        expect(rig.cloud.faults.list()[0]?.taken, `${where} was never reached`).toBe(1)
        rig.cloud.faults.clear()

        const cut = await keys(arn)
        const accepted = [cut.current, ...cut.grace.map(({ versionId }) => versionId)]
        expect(accepted.sort(), where).toEqual([old, next].sort())
        if (kind.strategy === 'provider-key') expect(alive(project), where).toHaveLength(2)

        expect(await rollBack(arn, old, next), where).toEqual(DONE)
        expect(await keys(arn), where).toMatchObject({ current: old, grace: [{ versionId: next }], unordered: [] })
        expect((await rig.labels(arn))[old], where).toEqual(['AWSCURRENT'])
        expect((await keys(arn)).grace[0]?.labels, where).toHaveLength(1)
        if (kind.strategy === 'in-place') expect(target.value, where).toBe(await rig.value(arn, old))
      }
    },
    300_000,
  )

  it('never leaves a sweep the version that has come back, nor the one in force, wherever it was cut off', async () => {
    const template = await rotated(PROVIDER, '1h')
    const points = await cuts.callsOf(() => rollBack(template.arn, template.old, template.next))
    for (const { fault, where } of cuts.at(points)) {
      const { arn, project, old, next } = await rotated(PROVIDER, '1h')
      rig.cloud.faults.add(fault)
      await rollBack(arn, old, next)
      rig.cloud.faults.clear()
      // Nobody asks again: what answers labels comes by, and later the sweeps do.
      await order(arn)
      const chosen = (await keys(arn)).current ?? ''
      await rig.clock.advance(DAY)
      await sweep(arn)
      await order(arn)
      const last = await rig.rotateToEnd(arn)
      // Replaced by a rotation now, the version in force has a whole grace.
      expect(await keys(arn), where).toMatchObject({
        current: last,
        grace: [{ versionId: chosen, deadline: inHours(1) }],
        expired: [],
      })
      expect(alive(project).sort(), where).toEqual([await keyId(arn, chosen), await keyId(arn, last)].sort())
    }
  }, 300_000)

  it('a rotation that begins meanwhile and a roll-back end with one current version and no key lost', async () => {
    for (let round = 0; round < 5; round++) {
      const { arn, project, old, next } = await rotated(PROVIDER)
      await Promise.all([rig.rotate(arn), rollBack(arn, old, next)])
      await rig.settle()
      await order(arn)
      const after = await keys(arn)
      expect(after).toMatchObject({ pending: undefined, unordered: [], malformed: [], expired: [] })
      const living = [after.current, ...after.grace.map(({ versionId }) => versionId)]
      expect(living).toHaveLength(3)
      expect(alive(project)).toHaveLength(3)
      for (const version of living) expect(alive(project)).toContain(await keyId(arn, version ?? ''))
    }
  })
})
