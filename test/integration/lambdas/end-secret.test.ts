import { CancelRotateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TAG } from '../../../core/tags.ts'
import { providerSecrets } from '../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const { make, current, alive, putByHand, move, order, tags } = providerSecrets(() => rig)

describe('B20 endSecret leaves nothing alive', () => {
  it('revokes every key, proves it, marks the secret, and keeps it from being rotated again', async () => {
    const { arn, project } = await make('7d')
    for (let count = 0; count < 2; count++) await rig.rotateToEnd(arn)
    expect(alive(project)).toHaveLength(3)
    expect(await rig.invoke({ Step: 'endSecret', SecretId: arn })).toMatchObject({ failed: false })
    expect(alive(project)).toEqual([])
    const last = await current(arn)
    expect(await rig.labels(arn)).toEqual({ [last]: ['AWSCURRENT'] })
    expect(tags(arn)[TAG.ended]).toBe(`${rig.clock.now().toISOString()} ${last}`)

    await rig.rotateToEnd(arn)
    expect(alive(project)).toEqual([])
    expect(tags(arn)[TAG.lastError]).toMatch(/createSecret secret-ended$/)
  })

  it('also finds a key whose version has lost every label', async () => {
    const { arn, project } = await make('7d')
    const first = await current(arn)
    await rig.rotateToEnd(arn)
    for (const label of (await rig.labels(arn))[first] ?? []) await move(arn, label, undefined, first)
    await rig.invoke({ Step: 'endSecret', SecretId: arn })
    expect(alive(project)).toEqual([])
  })

  it('names what may still be alive, ends the rest, and does not mark the secret', async () => {
    const { arn, project } = await make('7d')
    const first = await current(arn)
    await putByHand(arn, 'a key that is no JSON')
    await order(arn)
    const bad = await current(arn)
    const { failed, payload } = await rig.invoke({ Step: 'endSecret', SecretId: arn })
    expect({ failed, payload }).toMatchObject({
      failed: true,
      payload: { errorMessage: expect.stringContaining(`version ${bad}`) },
    })
    expect((payload as { errorMessage: string }).errorMessage).not.toContain(first)
    expect(alive(project)).toEqual([])
    expect(tags(arn)[TAG.ended]).toBeUndefined()
  })

  it('is what the removal of the first value’s resource asks for, with an entry for a secret that left the inventory', async () => {
    const { arn, project, params } = await make('7d')
    const stranger = arn.replace(/live-(\d+)/, 'gone-$1')
    const entry = { strategy: 'provider-key', grace: '7d', params }
    const tf = { action: 'delete', prev_input: { Step: 'createFirstValue', SecretId: arn } }
    expect(await rig.invoke({ Step: 'createFirstValue', SecretId: stranger, entry, tf })).toMatchObject({
      payload: { errorMessage: expect.stringMatching(/There is no secret/) },
    })
    expect(await rig.invoke({ Step: 'createFirstValue', SecretId: arn, tf: { action: 'create' } })).toMatchObject({
      failed: false,
    })
    expect(alive(project)).toHaveLength(1)
    // While it is rotated, only the resource is being replaced, as when the secret moves to another function.
    expect(await rig.invoke({ Step: 'createFirstValue', SecretId: arn, entry, tf })).toMatchObject({ failed: false })
    expect(alive(project)).toHaveLength(1)
    await rig.secrets.send(new CancelRotateSecretCommand({ SecretId: arn }))
    expect(await rig.invoke({ Step: 'createFirstValue', SecretId: arn, entry, tf })).toMatchObject({ failed: false })
    expect(alive(project)).toEqual([])
  })

  it('says what to do when the secret is being deleted already', async () => {
    const { arn } = await make('7d')
    await rig.secrets.send(new DeleteSecretCommand({ SecretId: arn }))
    const { payload } = await rig.invoke({ Step: 'endSecret', SecretId: arn })
    expect(payload).toMatchObject({ errorMessage: expect.stringMatching(/restore-secret/) })
  })
})
