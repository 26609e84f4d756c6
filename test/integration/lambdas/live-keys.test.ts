import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
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

const { make, keys, current, keyId, alive, putByHand, move, retire, order, sweep, tags } = providerSecrets(() => rig)

describe('B10 B4 a key in force is never revoked', () => {
  it('not by a rotation after its value was put back by hand under another version', async () => {
    const { arn, project } = await make('1h')
    const first = await current(arn)
    const old = await rig.value(arn, first)
    await rig.rotateToEnd(arn)
    await putByHand(arn, old)
    await order(arn)
    await rig.clock.advance(2 * HOUR)
    await sweep(arn)
    const inForce = JSON.parse(old).keyId
    expect(alive(project)).toContain(inForce)

    const since = rig.cloud.journal.last
    const token = await rig.rotateToEnd(arn)
    expect(rig.calls(since).map(({ operation }) => operation)).not.toContain('DeleteKey')
    expect(await current(arn)).toBe(token)
    expect(alive(project).sort()).toEqual([inForce, await keyId(arn, token)].sort())
  })

  it('not by a retirement when the current value is the same key written another way', async () => {
    const { arn, project } = await make('1h')
    const first = await current(arn)
    const old = JSON.parse(await rig.value(arn, first))
    await rig.rotateToEnd(arn)
    await putByHand(arn, JSON.stringify({ keyId: old.keyId, apiKey: old.apiKey }, undefined, 2))
    await rig.clock.advance(2 * HOUR)
    expect(await retire(arn, first)).toMatchObject({ failed: false })
    expect(alive(project)).toContain(old.keyId)
  })

  it('not by a retirement when the current value is the same key under another id', async () => {
    const { arn, project } = await make('1h')
    const first = await current(arn)
    const old = JSON.parse(await rig.value(arn, first))
    await rig.rotateToEnd(arn)
    await putByHand(arn, JSON.stringify({ apiKey: old.apiKey, keyId: 'mistyped' }))
    await rig.clock.advance(2 * HOUR)
    expect(await retire(arn, first)).toMatchObject({ failed: false })
    expect(alive(project)).toContain(old.keyId)
  })

  it('not by a retirement when a version that a hand has just replaced holds it', async () => {
    const { arn, project } = await make('1h')
    const first = await current(arn)
    const old = await rig.value(arn, first)
    await rig.rotateToEnd(arn)
    await putByHand(arn, old)
    await putByHand(arn, JSON.stringify({ apiKey: 'sk-by-hand-0123456789', keyId: 'svc_by_hand' }))
    await rig.clock.advance(2 * HOUR)
    expect(await retire(arn, first)).toMatchObject({ failed: false })
    expect(alive(project)).toContain(JSON.parse(old).keyId)
  })

  it('not by a retirement when the pending version holds it', async () => {
    const { arn, project } = await make('1h')
    const first = await current(arn)
    const old = await rig.value(arn, first)
    await rig.rotateToEnd(arn)
    await rig.secrets.send(
      new PutSecretValueCommand({ SecretId: arn, SecretString: old, VersionStages: ['AWSPENDING'] }),
    )
    await rig.clock.advance(2 * HOUR)
    expect(await retire(arn, first)).toMatchObject({ failed: false })
    expect(alive(project)).toContain(JSON.parse(old).keyId)
  })

  it('and a text that two values share beside the key does not make them one', async () => {
    const { arn, project } = await make('1h')
    const first = await current(arn)
    const old = JSON.parse(await rig.value(arn, first))
    const { VersionId: noted = '' } = await putByHand(arn, JSON.stringify({ ...old, note: 'made for production' }))
    await order(arn)
    await rig.rotateToEnd(arn)
    const next = JSON.parse(await rig.value(arn, await current(arn)))
    await putByHand(arn, JSON.stringify({ ...next, note: 'made for production' }))
    await order(arn)
    await rig.clock.advance(2 * HOUR)
    for (const version of [first, noted]) await retire(arn, version)
    expect(alive(project)).toEqual([next.keyId])
  })

  it('not by a retirement when the current value is the bare text of the old key', async () => {
    const { arn, project } = await make('1h')
    const first = await current(arn)
    const old = JSON.parse(await rig.value(arn, first))
    await rig.rotateToEnd(arn)
    await putByHand(arn, old.apiKey)
    await rig.clock.advance(2 * HOUR)
    await retire(arn, first)
    expect(alive(project)).toContain(old.keyId)
  })

  it('and nothing is removed as superfluous while a labelled version cannot be read', async () => {
    const { arn, project } = await make('1h')
    const first = await current(arn)
    const old = await rig.value(arn, first)
    await rig.rotateToEnd(arn)
    await rig.clock.advance(2 * HOUR)
    await putByHand(arn, 'a key pasted as it is')
    // The old version's labels are taken off by hand: only its key is left, at the provider.
    for (const label of (await rig.labels(arn))[first] ?? []) await move(arn, label, undefined, first)
    await rig.rotateToEnd(arn)
    expect(alive(project)).toContain(JSON.parse(old).keyId)
  })
})

describe('B10 a key whose answer cannot be read does not outlive the attempt', () => {
  it.each([
    ['a wrong pointer to the key', { take: { key: '/api_key/secret', id: '/id' } }],
    ['a wrong pointer to the id', { take: { key: '/api_key/value', id: '/identifier' } }],
    ['an unexpected status', { expect: [201] }],
  ])('%s', async (_what, wrong) => {
    const { arn, project, params } = await make('1h')
    const before = alive(project)
    Object.assign(params, { create: { ...(params.create as object), ...wrong } })
    for (let count = 0; count < 3; count++) await rig.rotateToEnd(arn)
    expect(alive(project)).toEqual(before)
    expect((await keys(arn)).pending).toBeUndefined()
    expect(tags(arn)[TAG.lastError]).toMatch(/ createSecret provider-answer-unreadable$/)
    expect(rig.logged()).toMatch(/The answer's shape: \{object: text, id: text, .*api_key: \{object: text, value: text/)
    expect(rig.logged()).not.toMatch(/sk-svcacct-/)
  })

  it('says which key to delete when the list does not show it either', async () => {
    const { arn, params } = await make('1h')
    const { list, create } = params as { list: { url: string }; create: object }
    Object.assign(params, {
      create: { ...create, take: { key: '/nope', id: '/id' } },
      list: { ...list, url: list.url.replace(/proj_live_\d+/, 'proj_elsewhere') },
    })
    const token = await rig.rotateToEnd(arn)
    expect(rig.logged()).toMatch(
      new RegExp(`does not show it under its name, keyturn-[0-9a-f]{10}-${token}: remove it`),
    )
  })

  it('a list that does not show the key just made is refused before anything is promoted', async () => {
    const { arn, project, params } = await make('1h')
    const before = alive(project)
    const { list } = params as { list: { url: string } }
    Object.assign(params, { list: { ...list, url: list.url.replace(/proj_live_\d+/, 'proj_elsewhere') } })
    await rig.rotateToEnd(arn)
    expect(tags(arn)[TAG.lastError]).toMatch(/ createSecret provider-list-incomplete$/)
    Object.assign(params, { list })
    await rig.rotateToEnd(arn)
    expect(alive(project)).toHaveLength(before.length + 1)
  })
})
