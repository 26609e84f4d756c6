import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readWhy, TAG } from '../../../core/tags.ts'
import { providerSecrets } from '../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig
let serial = 0

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const { current, tags } = providerSecrets(() => rig)

describe('part of B7: a supplied value', () => {
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
