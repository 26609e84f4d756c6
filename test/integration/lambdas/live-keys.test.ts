import {
  CancelRotateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { graceLabel } from '../../../core/grace.ts'
import { readWhy, TAG } from '../../../core/tags.ts'
import { readKeySet } from '../../../core/versions.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig
let serial = 0

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

/** A provider-key secret with a project of its own at the provider. */
async function make(grace = '1h', change: (params: Record<string, unknown>) => object = () => ({})) {
  const project = `proj_live_${++serial}`
  const params = openAiParams(rig.upstream.url, project)
  const arn = await rig.create(`live-${serial}`, { strategy: 'provider-key', params, grace })
  Object.assign(params, change(params))
  return { arn, project, params }
}

const keys = async (arn: string) => readKeySet(await rig.labels(arn), rig.clock.now())
const current = async (arn: string): Promise<string> => (await keys(arn)).current ?? ''
const keyId = async (arn: string, versionId: string): Promise<string> =>
  JSON.parse(await rig.value(arn, versionId)).keyId
const alive = (project: string): string[] => rig.upstream.keys.live('openai', project).map(({ id }) => id)
const putByHand = (arn: string, text: string) =>
  rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }))
const move = (arn: string, label: string, to: string | undefined, from?: string) =>
  rig.secrets.send(
    new UpdateSecretVersionStageCommand({
      SecretId: arn,
      VersionStage: label,
      ...(to && { MoveToVersionId: to }),
      ...(from && { RemoveFromVersionId: from }),
    }),
  )
const retire = (arn: string, VersionId: string) => rig.invoke({ Step: 'retireSecret', SecretId: arn, VersionId })
const order = (arn: string) => rig.invoke({ Step: 'orderVersions', SecretId: arn })

async function sweep(arn: string): Promise<void> {
  for (const { versionId } of (await keys(arn)).expired) await retire(arn, versionId)
}

function tags(arn: string): Record<string, string> {
  return Object.values(rig.cloud.state.secretsManager.secrets).find((secret) => secret.arn === arn)?.tags ?? {}
}

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
    const token = await rig.rotateToEnd(arn)
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
  const due = async (change?: (params: Record<string, unknown>) => object) => {
    const made = await make('1h', change)
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

describe('B1 B3 the label budget', () => {
  it.each(['provider-key', 'client-key'])(
    '%s: a rotation cut off between grace label and promotion completes with every label of the twenty in use',
    async (strategy) => {
      const params = strategy === 'provider-key' ? openAiParams(rig.upstream.url, `proj_labels_${++serial}`) : {}
      const arn = await rig.create(`labels-${++serial}`, { strategy, params, grace: '7d' })
      const bystander = await rig.rotateToEnd(arn)
      const before = await rig.rotateToEnd(arn)
      const filled = async (): Promise<number> => Object.values(await rig.labels(arn)).flat().length
      // AWSPENDING makes 19, the grace label 20.
      for (let hours = 100; (await filled()) < 18; hours++) {
        await move(arn, graceLabel(new Date(rig.clock.now().getTime() + hours * HOUR)), bystander)
      }
      rig.cloud.faults.add({
        service: 'secretsmanager',
        operation: 'UpdateSecretVersionStage',
        skip: 1,
        times: 1,
        effect: { kind: 'kill', when: 'before' },
      })
      const token = await rig.rotateToEnd(arn)
      const { current: now, pending, grace } = await keys(arn)
      expect({ now, pending }).toEqual({ now: token, pending: undefined })
      expect(grace.find(({ versionId }) => versionId === before)?.labels).toHaveLength(1)
    },
  )
})

describe('B7 a supplied value', () => {
  const make = (params: object) =>
    rig.create(`supplied-${++serial}`, { strategy: 'supplied', params }, { firstValue: 'sk-the-first-value' })
  const supply = (arn: string, value: string) =>
    rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: value, VersionStages: ['SUPPLIED'] }))
  const test = () => ({ test: { method: 'GET', url: `${rig.upstream.url}/openai/v1/models` } })

  it('is tried until it works everywhere, as a key that was just made may not', async () => {
    const arn = await make(test())
    const value = `sk-supplied-${serial}-0123456789`
    rig.upstream.keys.mint({ provider: 'openai', scope: 'x', id: value, name: value, value })
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'Models',
      times: 3,
      effect: { kind: 'error', code: 'invalid_api_key', status: 401 },
    })
    await supply(arn, value)
    const token = await rig.rotateToEnd(arn)
    expect(await current(arn)).toBe(token)
  })

  it('is kept when it was refused, and promoted by the next rotation without being typed again', async () => {
    const arn = await make(test())
    const value = `sk-supplied-${serial}-0123456789`
    await supply(arn, value)
    await rig.rotateToEnd(arn)
    expect(tags(arn)[TAG.lastError]).toMatch(/testSecret supplied-value-refused$/)
    rig.upstream.keys.mint({ provider: 'openai', scope: 'x', id: value, name: value, value })
    const token = await rig.rotateToEnd(arn)
    expect(await rig.value(arn, token)).toBe(value)
    expect(await current(arn)).toBe(token)
    expect(Object.values(await rig.labels(arn)).flat()).not.toContain('SUPPLIED')
  })

  it('that does not fit the pattern is refused with the reason and the command, and a better one replaces it', async () => {
    const arn = await make({ pattern: 'sk-[a-z0-9-]{10,}' })
    await supply(arn, 'not a fitting one')
    await rig.rotateToEnd(arn)
    expect(tags(arn)[TAG.lastError]).toMatch(/createSecret supplied-value-malformed$/)
    expect(readWhy(tags(arn)[TAG.lastErrorWhy])).toContain('does not match the pattern sk-[a-z0-9-]{10,}')
    expect(rig.logged()).toMatch(/keyturn rotate keyturn\/test\/supplied-\d+ --value-from -/)
    await supply(arn, 'sk-a-fitting-value-now')
    const token = await rig.rotateToEnd(arn)
    expect(await rig.value(arn, token)).toBe('sk-a-fitting-value-now')
  })
})

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

it('A3 takes the names of the steps as both of AWS’s documentation pages write them', async () => {
  const arn = await rig.create(`names-${++serial}`, { strategy: 'client-key', params: {} })
  const token = '88888888-8888-4888-8888-888888888888'
  rig.cloud.faults.add({
    service: 'secretsmanager',
    operation: 'PutSecretValue',
    times: 20,
    effect: { kind: 'error', code: 'InternalServiceError', status: 500 },
  })
  await rig.rotate(arn, token)
  await rig.cloud.rotations.idle()
  rig.cloud.faults.clear()
  for (const Step of ['create_secret', 'set_secret', 'test_secret', 'finish_secret']) {
    expect(await rig.invoke({ Step, SecretId: arn, ClientRequestToken: token })).toMatchObject({ failed: false })
  }
  expect(await current(arn)).toBe(token)
})
