import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { providerSecrets } from '../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig
let serial = 0

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const { current } = providerSecrets(() => rig)

it('part of A3: takes the names of the steps as both of AWS’s documentation pages write them', async () => {
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
