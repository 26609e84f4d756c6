import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { TAG } from '../../../core/tags.ts'
import { providerSecrets } from '../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const { make, keys, current, keyId, alive, putByHand, move, order, sweep, tags } = providerSecrets(() => rig)

describe('B19 a value changed by hand is brought into order', () => {
  it('gives the outgoing version its grace, within which it is accepted and after which it is revoked', async () => {
    const { arn, project } = await make('3h')
    const first = await current(arn)
    const firstKey = await keyId(arn, first)
    await putByHand(arn, JSON.stringify({ apiKey: 'sk-by-hand-0123456789', keyId: 'svc_by_hand' }))
    expect((await keys(arn)).unordered).toEqual([first])

    expect(await order(arn)).toMatchObject({ failed: false })
    expect((await keys(arn)).grace).toMatchObject([
      { versionId: first, deadline: new Date(rig.clock.now().getTime() + 3 * HOUR) },
    ])
    expect(alive(project)).toEqual([firstKey])
    const labels = await rig.labels(arn)
    await order(arn)
    expect(await rig.labels(arn)).toEqual(labels)

    await rig.clock.advance(3 * HOUR)
    await sweep(arn)
    expect(alive(project)).toEqual([])
  })

  it('with revoke-now configured, revokes it at once', async () => {
    const { arn, project } = await make('revoke-now')
    await putByHand(arn, JSON.stringify({ apiKey: 'sk-by-hand-0123456789', keyId: 'svc_by_hand' }))
    expect(await order(arn)).toMatchObject({ failed: false })
    expect(alive(project)).toEqual([])
    expect(Object.values(await rig.labels(arn))).toEqual([['AWSCURRENT']])
  })

  it('takes the deadline off a version that is current again, so that it does not die when it is replaced', async () => {
    const { arn, project } = await make('1h')
    const first = await current(arn)
    const second = await rig.rotateToEnd(arn)
    await move(arn, 'AWSCURRENT', first, second)
    await order(arn)
    expect((await rig.labels(arn))[first]).toEqual(['AWSCURRENT'])
    expect((await keys(arn)).grace).toMatchObject([{ versionId: second }])

    await rig.clock.advance(30 * 60_000)
    await putByHand(arn, JSON.stringify({ apiKey: 'sk-by-hand-0123456789', keyId: 'svc_by_hand' }))
    await order(arn)
    await rig.clock.advance(45 * 60_000)
    await sweep(arn)
    expect(alive(project)).toEqual([await keyId(arn, first)])
  })

  it('leaves the label alone that a rotation under way has put on the current version', async () => {
    const { arn } = await make('1h')
    const first = await current(arn)
    rig.cloud.faults.add({
      service: 'secretsmanager',
      operation: 'UpdateSecretVersionStage',
      skip: 1,
      effect: { kind: 'kill', when: 'before' },
    })
    await rig.rotate(arn)
    await rig.cloud.rotations.idle()
    const before = await rig.labels(arn)
    expect(before[first]).toEqual(['AWSCURRENT', expect.stringMatching(/^GRACE-UNTIL-/)])
    expect(await order(arn)).toMatchObject({ failed: false })
    expect(await rig.labels(arn)).toEqual(before)
    rig.cloud.faults.clear()
    await rig.settle()
  })

  it('also when the pending version was promoted by hand in the middle of its rotation', async () => {
    const { arn } = await make('2h')
    const first = await current(arn)
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'Models',
      times: 50,
      effect: { kind: 'error', code: 'later', status: 503 },
    })
    const token = await rig.rotate(arn)
    await rig.cloud.rotations.idle()
    await move(arn, 'AWSCURRENT', token, first)
    rig.cloud.faults.clear()
    await rig.settle()
    expect(await keys(arn)).toMatchObject({ current: token, grace: [{ versionId: first }], unordered: [] })
  })

  it('before the next rotation takes the last label off it', async () => {
    const { arn, project } = await make('2h')
    const first = await current(arn)
    await putByHand(arn, JSON.stringify({ apiKey: 'sk-by-hand-0123456789', keyId: 'svc_by_hand' }))
    const failures = (): number => rig.logged().split('step failed').length
    const before = failures()
    const token = await rig.rotateToEnd(arn)
    // At the first try: the two versions end in the same second, and a label belongs to one of them.
    expect(failures()).toBe(before)
    const { grace } = await keys(arn)
    expect(grace.map(({ versionId }) => versionId)).toContain(first)
    expect(grace).toHaveLength(2)
    expect(await current(arn)).toBe(token)
    expect(alive(project)).toContain(await keyId(arn, first))
  })

  it('puts the old version into grace, and says so, when what was put is no key at all', async () => {
    const { arn } = await make('2h')
    const first = await current(arn)
    await putByHand(arn, 'a plain text of some kind')
    const { failed, payload } = await order(arn)
    expect({ failed, payload }).toMatchObject({
      failed: true,
      payload: { errorMessage: expect.stringMatching(/current value .*apiKey/) },
    })
    expect(JSON.stringify(payload)).not.toContain('plain text')
    expect((await keys(arn)).grace).toMatchObject([{ versionId: first }])
    expect(tags(arn)[TAG.lastError]).toMatch(/ orderVersions secret-value-malformed$/)

    await putByHand(arn, await rig.value(arn, first))
    expect(await order(arn)).toMatchObject({ failed: false })
    expect(tags(arn)[TAG.lastError]).toBe('')
  })
})
