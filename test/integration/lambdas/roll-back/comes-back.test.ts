import { TagResourceCommand } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../../core/clock.ts'
import { graceLabel } from '../../../../core/grace.ts'
import { formatRolledBack, TAG } from '../../../../core/tags.ts'
import {
  alive,
  current,
  DONE,
  inHours,
  keyId,
  keys,
  move,
  order,
  PROVIDER,
  putByHand,
  rig,
  rollBack,
  rotated,
  STRATEGIES,
  sweep,
  target,
} from './roll-back-rig.ts'

describe('B13 the previous value becomes current again', () => {
  it.each(STRATEGIES)('$strategy: and the one that it replaces gets the configured grace', async (kind) => {
    const { arn, old, next } = await rotated(kind, '3h')
    const value = await rig.value(arn, old)
    await rig.clock.advance(MINUTE)
    expect(await rollBack(arn, old, next)).toEqual(DONE)
    expect(await keys(arn)).toMatchObject({
      current: old,
      pending: undefined,
      grace: [{ versionId: next, deadline: inHours(3) }],
      expired: [],
      unordered: [],
    })
    expect((await rig.labels(arn))[old]).toEqual(['AWSCURRENT'])
    expect(await rig.value(arn, await current(arn))).toBe(value)
    if (kind.strategy === 'in-place') expect(target.value).toBe(value)
  })

  it('its next rotation goes on as if nothing had been, and each key dies at its own deadline', async () => {
    const { arn, project, old, next } = await rotated(PROVIDER, '3h')
    await rollBack(arn, old, next)
    const last = await rig.rotateToEnd(arn)
    expect((await keys(arn)).grace.map(({ versionId }) => versionId).sort()).toEqual([next, old].sort())
    await rig.clock.advance(3 * HOUR + MINUTE)
    await sweep(arn)
    expect(alive(project)).toEqual([await keyId(arn, last)])
  })

  it('and forth again', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    await rollBack(arn, old, next)
    expect(await rollBack(arn, next, old)).toEqual(DONE)
    expect(await keys(arn)).toMatchObject({ current: next, grace: [{ versionId: old }] })
  })

  it('an older one than the last, too', async () => {
    const { arn, old } = await rotated(PROVIDER)
    const latest = await rig.rotateToEnd(arn)
    expect(await rollBack(arn, old, latest)).toEqual(DONE)
    expect((await keys(arn)).current).toBe(old)
  })

  it('with revoke-now configured, the one that it replaces is revoked at once', async () => {
    const { arn, project, old } = await rotated(PROVIDER, 'revoke-now')
    const token = '99999999-9999-4999-8999-999999999999'
    await rig.secrets.send(
      new TagResourceCommand({ SecretId: arn, Tags: [{ Key: TAG.graceOnce, Value: `24h@${token}` }] }),
    )
    const before = await current(arn)
    await rig.rotateToEnd(arn, token)
    expect(alive(project)).toHaveLength(2)
    expect(await rollBack(arn, before, token)).toEqual(DONE)
    expect(alive(project)).toEqual([await keyId(arn, before)])
    expect(Object.values(await rig.labels(arn))).toEqual([['AWSCURRENT']])
    expect(before).not.toBe(old)
  })

  it('what a hand has put a moment ago is undone', async () => {
    const { arn, next } = await rotated(PROVIDER)
    const { VersionId: put = '' } = await putByHand(arn, JSON.stringify({ apiKey: 'sk-wrong-0123456789', keyId: 'x' }))
    expect((await keys(arn)).unordered).toEqual([next])
    expect(await rollBack(arn, next, put)).toEqual(DONE)
    expect((await rig.labels(arn))[next]).toEqual(['AWSCURRENT'])
  })

  it('a deadline that is near is put off first, so that no sweep revokes what is coming back', async () => {
    const { arn, project, old, next } = await rotated(PROVIDER, '1h')
    await rig.clock.advance(50 * MINUTE)
    rig.cloud.faults.add({
      service: 'secretsmanager',
      operation: 'UpdateSecretVersionStage',
      role: 'rotation-under-test',
      // The new deadline on, the old one off, the outgoing version's on; AWSCURRENT does not move.
      skip: 3,
      effect: { kind: 'kill', when: 'before' },
    })
    await rollBack(arn, old, next)
    rig.cloud.faults.clear()
    await rig.clock.advance(11 * MINUTE)
    await order(arn)
    await sweep(arn)
    expect(alive(project)).toContain(await keyId(arn, old))
    expect(await rollBack(arn, old, next)).toEqual(DONE)
    expect((await keys(arn)).current).toBe(old)
  })

  it('what answers a hand leaves the label alone that a roll-back has just put on the current version', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    const begun = async (minutesAgo: number) => {
      const at = new Date(rig.clock.now().getTime() - minutesAgo * MINUTE)
      const Value = formatRolledBack({ at, from: next, to: old })
      await rig.secrets.send(new TagResourceCommand({ SecretId: arn, Tags: [{ Key: TAG.rolledBack, Value }] }))
    }
    await move(arn, graceLabel(inHours(5)), next)
    await begun(14)
    await order(arn)
    expect((await rig.labels(arn))[next]).toContain(graceLabel(inHours(5)))
    await begun(16)
    await order(arn)
    expect((await rig.labels(arn))[next]).toEqual(['AWSCURRENT'])
  })
})
