import { TagResourceCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { readWhy, TAG } from '../../../core/tags.ts'
import { providerSecrets } from '../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const { make, keys, current, keyId, alive, putByHand, move, retire, order, sweep, tags } = providerSecrets(() => rig)

describe('B2 B4 revoke-now on a secret in a bad state', () => {
  it('revokes the version asked for although another one cannot be retired', async () => {
    const { arn, project } = await make('1h')
    await putByHand(arn, 'plain text, once put by mistake')
    await rig.rotateToEnd(arn)
    await rig.clock.advance(2 * HOUR)
    const leaked = await current(arn)
    const leakedKey = await keyId(arn, leaked)

    const token = '77777777-7777-4777-8777-777777777777'
    await rig.secrets.send(
      new TagResourceCommand({
        SecretId: arn,
        Tags: [{ Key: TAG.graceOnce, Value: `revoke-now@${token}` }],
      }),
    )
    await rig.rotateToEnd(arn, token)
    expect(await current(arn)).toBe(token)
    expect(alive(project)).not.toContain(leakedKey)
    expect((await rig.labels(arn))[leaked]).toBeUndefined()
    // The other one is the sweeper's: it was neither asked for nor touched.
    expect((await keys(arn)).expired).toHaveLength(2)
    expect(tags(arn)[TAG.lastError] ?? '').not.toContain('retireSecret')
  })

  it('completes the rotation when the provider does not revoke, and keeps saying that the old key lives', async () => {
    const { arn, project } = await make('revoke-now')
    const first = await current(arn)
    const firstKey = await keyId(arn, first)
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'DeleteKey',
      times: 1_000,
      effect: { kind: 'error', code: 'forbidden', status: 403 },
    })
    const token = await rig.rotateToEnd(arn)
    expect(await keys(arn)).toMatchObject({ current: token, pending: undefined, expired: [{ versionId: first }] })
    expect(tags(arn)[TAG.lastError]).toMatch(/ retireSecret provider-admin-refused$/)
    expect(alive(project)).toContain(firstKey)
    rig.cloud.faults.clear()
    await sweep(arn)
    expect(alive(project)).not.toContain(firstKey)
  })
})

describe('B20 B4 a retirement fails closed', () => {
  const due = async () => {
    const made = await make('1h')
    const old = await current(made.arn)
    const oldKey = await keyId(made.arn, old)
    await rig.rotateToEnd(made.arn)
    await rig.clock.advance(2 * HOUR)
    return { ...made, old, oldKey }
  }

  it('an old value that cannot be read is not revoked: it keeps its labels, and its turn comes again', async () => {
    const { arn, project, old, oldKey } = await due()
    rig.cloud.faults.add({
      service: 'secretsmanager',
      operation: 'GetSecretValue',
      role: 'rotation-under-test',
      times: 100,
      effect: { kind: 'error', code: 'ResourceNotFoundException' },
    })
    expect(await retire(arn, old)).toMatchObject({ failed: true })
    expect((await keys(arn)).expired).toMatchObject([{ versionId: old }])
    expect(tags(arn)[TAG.lastError]).toMatch(/ retireSecret version-unreadable$/)
    rig.cloud.faults.clear()
    expect(await retire(arn, old)).toMatchObject({ failed: false })
    expect(alive(project)).not.toContain(oldKey)
  })

  it.each([
    [
      'another project',
      ({ revoke }: Record<string, unknown>) => ({
        revoke: { ...(revoke as object), url: (revoke as { url: string }).url.replace(/proj_live_\d+/, 'proj_wrong') },
      }),
    ],
    [
      'another project, in the list too',
      ({ revoke, list }: Record<string, unknown>) => ({
        revoke: { ...(revoke as object), url: (revoke as { url: string }).url.replace(/proj_live_\d+/, 'proj_wrong') },
        list: { ...(list as object), url: (list as { url: string }).url.replace(/proj_live_\d+/, 'proj_wrong') },
      }),
    ],
  ])('"there is no such key" from a URL with %s proves nothing', async (_what, change) => {
    const { arn, params, project, old, oldKey } = await due()
    Object.assign(params, change(params))
    const { failed, payload } = await retire(arn, old)
    expect({ failed, payload }).toMatchObject({
      failed: true,
      payload: { errorMessage: expect.stringMatching(/Take it for alive \(key id .*check "revoke" and "list"/) },
    })
    expect((await keys(arn)).expired).toMatchObject([{ versionId: old }])
    expect(alive(project)).toContain(oldKey)
    expect(readWhy(tags(arn)[TAG.lastErrorWhy])).toMatch(/there is no such key/)
  })

  it('a provider that says "done" and leaves the key is not believed', async () => {
    const { arn, params, old } = await due()
    // A call that the provider answers with 200 and that deletes nothing.
    Object.assign(params, { revoke: { method: 'GET', url: `${(params.list as { url: string }).url}&after={id}` } })
    expect(await retire(arn, old)).toMatchObject({ failed: true })
    expect((await keys(arn)).expired).toMatchObject([{ versionId: old }])
  })

  it('"there is no such key" beside a list that has it proves nothing, though the stored text is refused', async () => {
    const { arn, project, params } = await make('1h')
    const first = await current(arn)
    const { keyId: inForce } = JSON.parse(await rig.value(arn, first))
    const { VersionId: garbled = '' } = await putByHand(
      arn,
      JSON.stringify({ apiKey: 'sk-garbled-0123', keyId: inForce }),
    )
    await putByHand(arn, JSON.stringify({ apiKey: 'sk-by-hand-0123456789', keyId: 'svc_by_hand' }))
    await order(arn)
    await rig.clock.advance(2 * HOUR)
    const { url } = params.revoke as { url: string }
    Object.assign(params, { revoke: { method: 'DELETE', url: url.replace(/proj_live_\d+/, 'proj_wrong') } })
    expect(await retire(arn, garbled)).toMatchObject({ failed: true })
    expect(alive(project)).toContain(inForce)
  })

  it('a refusal with 403 is as good as one with 401', async () => {
    const { arn, old, oldKey } = await due()
    rig.upstream.keys.revoke('openai', oldKey)
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'Models',
      effect: { kind: 'error', code: 'forbidden', status: 403 },
    })
    expect(await retire(arn, old)).toMatchObject({ failed: false })
    expect(rig.cloud.faults.list()[0]?.taken).toBe(1)
  })

  it('a label that Secrets Manager does not take off is not gone', async () => {
    const { arn, old } = await due()
    rig.cloud.faults.add({
      service: 'secretsmanager',
      operation: 'UpdateSecretVersionStage',
      effect: { kind: 'error', code: 'InvalidParameterException' },
    })
    expect(await retire(arn, old)).toMatchObject({ failed: true })
    expect((await rig.labels(arn))[old]).toBeDefined()
    expect(await retire(arn, old)).toMatchObject({ failed: false })
    expect((await rig.labels(arn))[old]).toBeUndefined()
  })

  it('a key that was deleted at the provider by hand counts as revoked', async () => {
    const { arn, project, old, oldKey } = await due()
    rig.upstream.keys.revoke('openai', oldKey)
    expect(await retire(arn, old)).toMatchObject({ failed: false })
    expect(alive(project)).not.toContain(oldKey)
    expect((await rig.labels(arn))[old]).toBeUndefined()
  })

  it('two retirements of one version at once both succeed', async () => {
    for (let round = 0; round < 5; round++) {
      const { arn, old } = await due()
      const both = await Promise.all([retire(arn, old), retire(arn, old), retire(arn, old)])
      expect(both.map(({ failed }) => failed)).toEqual([false, false, false])
      expect((await rig.labels(arn))[old]).toBeUndefined()
    }
  })

  it('a deadline of 2099 is not a grace: the version is not retired as over, nor called accepted', async () => {
    const { arn } = await make('1h')
    const first = await current(arn)
    await rig.rotateToEnd(arn)
    const [label = ''] = ((await rig.labels(arn))[first] ?? []).filter((name) => name.startsWith('GRACE'))
    await move(arn, 'GRACE-UNTIL-20990101T000000Z', first)
    await move(arn, label, undefined, first)
    const { payload } = await retire(arn, first)
    expect(payload).toMatchObject({
      errorMessage: expect.stringMatching(/further ahead than the longest grace of 7 d/),
    })
  })
})
