import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import type { RotationRig } from '../../helpers/rotation-rig.ts'
import { type SweepRig, startSweepRig } from '../../helpers/sweep-rig.ts'

let rig: RotationRig
let sweeps: SweepRig
let serial = 0

beforeAll(async () => {
  sweeps = await startSweepRig()
  rig = sweeps.rig
})
afterAll(() => sweeps.close())
afterEach(() => rig.cloud.faults.clear())

describe('A5 B4 a sweep', () => {
  it('retires what is expired in every secret, leaves what is active, and finds nothing more to do after it', async () => {
    const due = [await sweeps.rotated('1h'), await sweeps.rotated('2h')]
    const active = await sweeps.rotated('7d')
    await rig.clock.advance(2 * HOUR)

    const { report, lines, messages } = await sweeps.run()
    expect(report).toMatchObject({ retired: 2, failed: [] })
    for (const { arn, keyId } of due) {
      expect(sweeps.alive(keyId)).toBe(false)
      expect(Object.values(await rig.labels(arn))).toEqual([['AWSCURRENT']])
    }
    expect(sweeps.alive(active.keyId)).toBe(true)
    expect((await rig.keys(active.arn)).grace).toHaveLength(1)
    expect(lines.at(-1)).toMatchObject({ msg: 'swept', retired: 2, failed: 0 })
    expect(messages).toEqual([])

    expect((await sweeps.run()).report).toMatchObject({ retired: 0 })
    expect(sweeps.alive(active.keyId)).toBe(true)
  })

  it('retires several versions of one secret, however many are over', async () => {
    const { arn } = await sweeps.rotated('1h')
    for (let count = 0; count < 2; count++) await rig.rotateToEnd(arn)
    await rig.clock.advance(2 * HOUR)
    expect((await sweeps.run()).report).toMatchObject({ retired: 3 })
    expect(await rig.keys(arn)).toMatchObject({ grace: [], expired: [] })
  })

  it('names an unreadable grace label, and leaves its version alone', async () => {
    const { arn, name, keyId } = await sweeps.rotated('1h')
    const old = (await rig.keys(arn)).grace[0]?.versionId ?? ''
    const stage = { SecretId: arn, MoveToVersionId: old, VersionStage: 'GRACE-UNTIL-NOON' }
    await rig.secrets.send(new UpdateSecretVersionStageCommand(stage))
    await rig.clock.advance(2 * HOUR)
    const before = await rig.labels(arn)

    const { report, messages } = await sweeps.run()
    expect(report).toMatchObject({ retired: 0, failed: [] })
    expect(messages).toEqual([
      expect.objectContaining({
        attributes: { code: 'grace-label-unusable', secret: name, kind: 'needs-human', state: 'raised' },
        text: expect.stringMatching(
          new RegExp(`${old} carries .*GRACE-UNTIL-NOON.*\\n[\\s\\S]*--move-to-version-id ${old}`),
        ),
      }),
    ])
    expect((await sweeps.run()).messages).toEqual([])
    expect(await rig.labels(arn)).toEqual(before)
    expect(sweeps.alive(keyId)).toBe(true)
    await rig.secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId: arn,
        VersionStage: 'GRACE-UNTIL-NOON',
        RemoveFromVersionId: old,
      }),
    )
    const after = await sweeps.run()
    expect(after.report).toMatchObject({ retired: 1 })
    expect(after.messages).toEqual([
      expect.objectContaining({ attributes: expect.objectContaining({ state: 'over' }) }),
    ])
  })

  it.each(['keyturn/tes', 'keyturn/test-2', 'other/test'])('leaves the secrets of stack %s alone', async (stack) => {
    await sweeps.bare(`foreign-${++serial}`, stack, 'GRACE-UNTIL-20260101T000000Z')
    const { report, error } = await sweeps.run()
    expect(error).toBeUndefined()
    expect(report?.retired).toBe(0)
  })
})

it('A5 a sweep looks at every page of more than 220 secrets, with what is due spread over them', async () => {
  const due = [await sweeps.rotated('1h')]
  for (let count = 1; count <= 220; count++) {
    await sweeps.bare(`keyturn/test/many-${count}`, 'keyturn/test')
    if (count % 110 === 0) due.push(await sweeps.rotated('1h'))
  }
  await rig.clock.advance(2 * HOUR)
  const since = rig.cloud.journal.last
  const { report } = await sweeps.run()

  const pages = rig.cloud.journal.entries(since).filter(({ operation }) => operation === 'ListSecrets')
  expect(pages.length).toBeGreaterThanOrEqual(3)
  expect(report?.secrets).toBeGreaterThan(220)
  expect(report?.retired).toBe(3)
  for (const { keyId } of due) expect(sweeps.alive(keyId)).toBe(false)
})
