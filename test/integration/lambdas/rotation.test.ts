import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../../core/clock.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig
let serial = 0
const unique = (): string => `secret-${++serial}`

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

describe('B1 a rotation without trouble', () => {
  it.each([
    ['random', () => ({}), 7],
    ['client-key', () => ({}), 7],
    ['provider-key', () => openAiParams(rig.upstream.url), 9],
  ])('%s ends with the new version current and the old one in grace, in few calls', async (strategy, params, most) => {
    const arn = await rig.create(unique(), { strategy, params: params() })
    const first = (await rig.keys(arn)).current
    const since = rig.cloud.journal.last
    const token = await rig.rotateToEnd(arn)

    expect(await rig.keys(arn)).toMatchObject({
      current: token,
      pending: undefined,
      grace: [{ versionId: first, deadline: new Date(rig.clock.now().getTime() + DAY) }],
    })
    const calls = rig.calls(since).filter(({ source }) => source === 'api')
    expect(
      calls.map(({ operation }) => operation),
      calls.map(({ operation }) => operation).join(),
    ).toHaveLength(most)
    console.log(`${strategy}: ${calls.length} Secrets Manager calls over the four steps`)
  })

  it('supplied promotes what a person put, once, in few calls', async () => {
    const arn = await rig.create(unique(), { strategy: 'supplied', params: {} }, { firstValue: 'the first value' })
    await rig.secrets.send(
      new PutSecretValueCommand({ SecretId: arn, SecretString: 'the second value', VersionStages: ['SUPPLIED'] }),
    )
    const since = rig.cloud.journal.last
    const token = await rig.rotateToEnd(arn)

    expect(await rig.value(arn, token)).toBe('the second value')
    expect(await rig.keys(arn)).toMatchObject({ current: token, grace: [{}] })
    // One more than provider-key: the supplied value is compared before its label goes.
    expect(rig.calls(since)).toHaveLength(10)
    expect(Object.values(await rig.labels(arn)).flat()).not.toContain('SUPPLIED')
  })
})

describe('B2 B3 grace', () => {
  it('keeps more than two versions alive, each until its own deadline', async () => {
    const arn = await rig.create(unique(), { strategy: 'client-key', params: {}, grace: '3h' })
    const tokens: string[] = []
    for (let count = 0; count < 3; count++) {
      tokens.push(await rig.rotateToEnd(arn))
      await rig.clock.advance(HOUR)
    }
    const { current, grace } = await rig.keys(arn)
    expect(current).toBe(tokens[2])
    expect(grace.map(({ versionId }) => versionId)).toEqual([tokens[1], tokens[0]])
    const now = rig.clock.now().getTime()
    expect(grace.map(({ deadline }) => (deadline.getTime() - now) / HOUR)).toEqual([2, 1])
  })

  it('gives each its own label when several end in the same second', async () => {
    const arn = await rig.create(unique(), { strategy: 'random', params: {} })
    for (let count = 0; count < 3; count++) await rig.rotateToEnd(arn)
    const { grace } = await rig.keys(arn)
    expect(grace).toHaveLength(3)
    expect(new Set(grace.map(({ deadline }) => deadline.getTime())).size).toBe(3)
  })

  it('refuses a rotation that would not find room for its labels, before making anything, and is ready again after the sweep', async () => {
    const arn = await rig.create(unique(), {
      strategy: 'provider-key',
      params: openAiParams(rig.upstream.url),
      grace: '1h',
    })
    for (let count = 0; count < 17; count++) await rig.rotateToEnd(arn)
    const before = rig.upstream.keys.all().length
    await rig.rotateToEnd(arn)

    expect(rig.upstream.keys.all()).toHaveLength(before)
    const { pending, grace } = await rig.keys(arn)
    expect(pending).toBeUndefined()
    expect(grace.length).toBeGreaterThanOrEqual(16)
    expect(await lastError(arn)).toContain('label-budget-exhausted')

    await rig.clock.advance(2 * HOUR)
    for (const { versionId } of (await rig.keys(arn)).expired) {
      expect(await rig.invoke({ Step: 'retireSecret', SecretId: arn, VersionId: versionId })).toMatchObject({
        failed: false,
      })
    }
    const token = await rig.rotateToEnd(arn)
    expect((await rig.keys(arn)).current).toBe(token)
  })

  it('revokes at once when asked for by name', async () => {
    const arn = await rig.create(unique(), {
      strategy: 'provider-key',
      params: openAiParams(rig.upstream.url),
      grace: 'revoke-now',
    })
    const first = (await rig.keys(arn)).current ?? ''
    const { keyId } = JSON.parse(await rig.value(arn, first))
    const token = await rig.rotateToEnd(arn)
    expect(await rig.labels(arn)).toEqual({ [token]: ['AWSCURRENT'] })
    expect(rig.upstream.keys.live('openai').some(({ id }) => id === keyId)).toBe(false)
  })
})

describe('B4 retireSecret', () => {
  it('revokes at the target and takes the labels away, at the deadline and not before', async () => {
    const arn = await rig.create(unique(), {
      strategy: 'provider-key',
      params: openAiParams(rig.upstream.url),
      grace: '1h',
    })
    const first = (await rig.keys(arn)).current ?? ''
    const { keyId } = JSON.parse(await rig.value(arn, first))
    const token = await rig.rotateToEnd(arn)
    const alive = (): boolean => rig.upstream.keys.live('openai').some(({ id }) => id === keyId)

    const early = await rig.invoke({ Step: 'retireSecret', SecretId: arn, VersionId: first })
    expect(early.payload).toMatchObject({ errorMessage: expect.stringMatching(/is accepted until 20/) })
    expect(alive()).toBe(true)

    await rig.clock.advance(HOUR)
    expect(await rig.invoke({ Step: 'retireSecret', SecretId: arn, VersionId: first })).toMatchObject({ failed: false })
    expect(alive()).toBe(false)
    expect(await rig.labels(arn)).toEqual({ [token]: ['AWSCURRENT'] })
    expect(await rig.invoke({ Step: 'retireSecret', SecretId: arn, VersionId: first })).toMatchObject({ failed: false })
  })

  it('never touches the current version, whatever label was put on it', async () => {
    const arn = await rig.create(unique(), { strategy: 'provider-key', params: openAiParams(rig.upstream.url) })
    const current = (await rig.keys(arn)).current ?? ''
    const live = rig.upstream.keys.live('openai').length
    const { payload } = await rig.invoke({ Step: 'retireSecret', SecretId: arn, VersionId: current })
    expect(payload).toMatchObject({ errorMessage: expect.stringMatching(/never retired/) })
    expect(rig.upstream.keys.live('openai')).toHaveLength(live)
  })

  it('does not revoke a credential that the current version holds too', async () => {
    const value = { openai: openAiParams(rig.upstream.url) }
    const arn = await rig.create(unique(), { strategy: 'provider-key', params: value.openai, grace: '1h' })
    const first = (await rig.keys(arn)).current ?? ''
    await rig.rotateToEnd(arn)
    const same = await rig.value(arn, first)
    // As a person would who rolls back by hand: the old value becomes current again.
    await rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: same }))
    await rig.clock.advance(2 * HOUR)
    expect(await rig.invoke({ Step: 'retireSecret', SecretId: arn, VersionId: first })).toMatchObject({ failed: false })
    const { keyId } = JSON.parse(same)
    expect(rig.upstream.keys.live('openai').some(({ id }) => id === keyId)).toBe(true)
  })
})

describe('part of B16: errors say what to do, and leave nothing stuck', () => {
  it('reminds that nothing was supplied, and is ready for the next rotation', async () => {
    const arn = await rig.create(unique(), { strategy: 'supplied', params: {} }, { firstValue: 'the first value' })
    const before = await rig.labels(arn)
    await rig.rotateToEnd(arn)
    expect(await rig.labels(arn)).toEqual(before)
    expect(await lastError(arn)).toMatch(/createSecret nothing-supplied$/)
    await rig.secrets.send(
      new PutSecretValueCommand({ SecretId: arn, SecretString: 'the second value', VersionStages: ['SUPPLIED'] }),
    )
    const token = await rig.rotateToEnd(arn)
    expect((await rig.keys(arn)).current).toBe(token)
  })

  it('gives a refused supplied value up and takes a better one', async () => {
    const test = { method: 'GET', url: `${rig.upstream.url}/openai/v1/models` }
    const arn = await rig.create(
      unique(),
      { strategy: 'supplied', params: { test } },
      { firstValue: 'sk-the-first-value' },
    )
    const before = await rig.labels(arn)
    await rig.secrets.send(
      new PutSecretValueCommand({ SecretId: arn, SecretString: 'sk-a-wrong-value', VersionStages: ['SUPPLIED'] }),
    )
    await rig.rotateToEnd(arn)
    expect({ ...(await rig.labels(arn)), ...before }).toEqual(await rig.labels(arn))
    expect(
      Object.values(await rig.labels(arn))
        .flat()
        .sort(),
    ).toEqual(['AWSCURRENT', 'SUPPLIED'])
    expect(await lastError(arn)).toMatch(/testSecret supplied-value-refused$/)

    rig.upstream.keys.mint({
      provider: 'openai',
      scope: 'proj_1',
      id: 'by-hand',
      name: 'by hand',
      value: 'sk-a-good-value',
    })
    await rig.secrets.send(
      new PutSecretValueCommand({ SecretId: arn, SecretString: 'sk-a-good-value', VersionStages: ['SUPPLIED'] }),
    )
    const token = await rig.rotateToEnd(arn)
    expect((await rig.keys(arn)).current).toBe(token)
  })

  it('refuses a secret that is not in the inventory', async () => {
    const { payload } = await rig.invoke({
      Step: 'createSecret',
      SecretId: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:keyturn/test/openai-admin-AbCdEf',
      ClientRequestToken: '11111111-1111-4111-8111-111111111111',
    })
    expect(payload).toMatchObject({
      errorMessage: expect.stringMatching(/keyturn\/test\/openai-admin .*keyturn:secrets.*pulumi up/),
    })
  })

  it.each([
    [{}, /Step/],
    [{ Step: 'dropSecret', SecretId: 'x' }, /Step/],
    [{ Step: 'createSecret', SecretId: 'x' }, /ClientRequestToken/],
    [{ Step: 'retireSecret', SecretId: 'x', VersionId: 'short' }, /VersionId/],
    [null, /Not a rotation event/],
  ])('refuses the event %j', async (event, message) => {
    const { payload } = await rig.invoke(event as object)
    expect(payload).toMatchObject({ errorMessage: expect.stringMatching(message) })
  })

  it('refuses to test or promote a stored value that is malformed, without showing it', async () => {
    const arn = await rig.create(unique(), { strategy: 'provider-key', params: openAiParams(rig.upstream.url) })
    const before = (await rig.keys(arn)).current
    const token = '99999999-9999-4999-8999-999999999999'
    await rig.secrets.send(
      new PutSecretValueCommand({
        SecretId: arn,
        ClientRequestToken: token,
        SecretString: 'not json but secret',
        VersionStages: ['AWSPENDING'],
      }),
    )
    for (const Step of ['testSecret', 'finishSecret']) {
      const { failed, payload } = await rig.invoke({ Step, SecretId: arn, ClientRequestToken: token })
      if (Step === 'testSecret') {
        expect(failed).toBe(true)
        expect(payload).toMatchObject({ errorMessage: expect.stringMatching(/apiKey.*Nothing was changed/) })
      }
      expect(JSON.stringify(payload)).not.toContain('not json but secret')
    }
    expect((await rig.keys(arn)).current).toBe(before)
  })
})

async function lastError(arn: string): Promise<string> {
  const record = Object.values(rig.cloud.state.secretsManager.secrets).find((secret) => secret.arn === arn)
  return record?.tags['keyturn:run:last-error'] ?? ''
}
