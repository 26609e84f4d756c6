import { DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Applied } from '../../../local/apply/apply.ts'
import { readStackFiles } from '../../../local/stack/stack-files.ts'
import { clientOptions } from '../../helpers/apply/apply-to.ts'
import { type ShippedProgram, shippedProgram } from '../../helpers/apply/shipped-program.ts'

const NAME = 'keyturn/dev/added'

let program: ShippedProgram
let client: SecretsManagerClient
let applied: Applied

const added = { name: 'added', strategy: 'random', group: 'internal', owner: 'a', description: 'A secret' }
const config = async (secret: object = {}) => {
  const shipped = await readStackFiles(new URL('../../..', import.meta.url).pathname, 'dev')
  const secrets = shipped.config['keyturn:secrets'] as object[]
  return { 'keyturn:secrets': [...secrets, { ...added, ...secret }], 'keyturn:proxy': undefined }
}
const describeSecret = () => client.send(new DescribeSecretCommand({ SecretId: NAME }))
const current = async () => {
  const { VersionIdsToStages = {} } = await describeSecret()
  return Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id]?.includes('AWSCURRENT'))
}

beforeAll(async () => {
  program = await shippedProgram()
  client = new SecretsManagerClient(clientOptions(program.cloud))
  applied = await program.apply(await config())
}, 120_000)
afterAll(async () => {
  client?.destroy()
  await program?.close()
})

describe('a secret without a schedule', () => {
  it('is rotated when somebody asks, and has no next date, before and after', async () => {
    const before = await current()
    const { RotationEnabled, RotationLambdaARN, NextRotationDate } = await describeSecret()
    expect({ RotationEnabled, NextRotationDate }).toEqual({ RotationEnabled: true, NextRotationDate: undefined })
    expect(RotationLambdaARN).toMatch(/:function:keyturn-dev-rotate-generated$/)
    await client.send(new RotateSecretCommand({ SecretId: NAME }))
    await program.cloud.cloud.rotations.idle()
    expect(await current()).not.toBe(before)
    expect((await describeSecret()).NextRotationDate).toBeUndefined()
  })

  it('stays in rotation when it gets a schedule, and is not let out of one again, since AWS keeps it', async () => {
    const scheduled = await program.apply(await config({ schedule: 'rate(7 days)' }), { state: applied.state })
    const { RotationEnabled, RotationRules } = await describeSecret()
    expect({ RotationEnabled, RotationRules }).toMatchObject({
      RotationEnabled: true,
      RotationRules: { ScheduleExpression: 'rate(7 days)', Duration: '1h' },
    })
    await expect(program.apply(await config(), { state: scheduled.state })).rejects.toThrow(
      /has the schedule rate\(7 days\) in Secrets Manager.*Give "schedule" back/,
    )
    expect((await describeSecret()).RotationEnabled).toBe(true)
  }, 120_000)
})
