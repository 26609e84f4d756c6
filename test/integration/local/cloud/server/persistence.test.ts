import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateKeyCommand, EnableKeyRotationCommand } from '@aws-sdk/client-kms'
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { HOUR, MINUTE } from '../../../../../core/clock.ts'
import { startCloud } from '../../../../../local/cloud/start-cloud.ts'
import { startTestCloud, stubFunction, type TestCloud } from '../../../../helpers/local-cloud.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

const newDir = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-'))
  folders.push(folder)
  return join(folder, 'data')
}

test('E: with a data folder secrets, keys and schedules survive a restart', async () => {
  const dataDir = await newDir()
  const stub = stubFunction(async () => undefined)
  const first = await startTestCloud({ dataDir, wiring: stub.wiring })
  const { KeyMetadata } = await first.kms.send(new CreateKeyCommand({}))
  await first.kms.send(new EnableKeyRotationCommand({ KeyId: KeyMetadata?.KeyId }))
  const created = await first.secrets.send(
    new CreateSecretCommand({ Name: 's', SecretString: 'canary-81a0', KmsKeyId: KeyMetadata?.KeyId }),
  )
  await first.secrets.send(
    new RotateSecretCommand({
      SecretId: 's',
      RotationLambdaARN: stub.arn,
      RotationRules: { ScheduleExpression: 'rate(4 hours)' },
      RotateImmediately: false,
    }),
  )
  await first.close()

  const file = join(dataDir, 'cloud.json')
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).not.toContain('canary-81a0')

  const second = await startTestCloud({ dataDir, wiring: stub.wiring })
  const read = await second.secrets.send(new GetSecretValueCommand({ SecretId: created.ARN }))
  expect(read).toMatchObject({ SecretString: 'canary-81a0', VersionId: created.VersionId })
  const before = stub.steps.length
  await second.cloud.clock.advance(4 * HOUR)
  expect(stub.steps.length).toBeGreaterThan(before)
})

test('E: a rotation that a restart cut off is taken up again with the same version', async () => {
  const dataDir = await newDir()
  let local: TestCloud
  let broken = true
  const stub = stubFunction(async ({ Step, SecretId, ClientRequestToken }) => {
    if (Step === 'createSecret') {
      const VersionStages = ['AWSPENDING']
      await local.secrets.send(
        new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString: 'new', VersionStages }),
      )
    }
    if (Step === 'setSecret' && broken) throw new Error('broken')
    if (Step === 'finishSecret') {
      const current = await local.secrets.send(new GetSecretValueCommand({ SecretId }))
      await local.secrets.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: ClientRequestToken,
          RemoveFromVersionId: current.VersionId,
        }),
      )
    }
  })
  local = await startTestCloud({ dataDir, wiring: stub.wiring })
  await local.secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'old' }))
  const { VersionId } = await local.secrets.send(
    new RotateSecretCommand({ SecretId: 's', RotationLambdaARN: stub.arn }),
  )
  await local.close()

  broken = false
  local = await startTestCloud({ dataDir, wiring: stub.wiring })
  // The first attempt after the restart still meets the cloud that is gone.
  await local.cloud.clock.advance(MINUTE)

  const described = await local.secrets.send(new DescribeSecretCommand({ SecretId: 's' }))
  expect(described.VersionIdsToStages?.[VersionId ?? '']).toEqual(['AWSCURRENT'])
})

test('E: the moved clock survives a restart too', async () => {
  const dataDir = await newDir()
  const first = await startCloud({ dataDir, port: 0 })
  onTestFinished(first.close)
  await first.cloud.clock.advance(48 * HOUR)
  await first.close()

  const second = await startCloud({ dataDir, port: 0 })
  onTestFinished(second.close)
  expect(second.cloud.clock.offsetMs).toBe(first.cloud.clock.offsetMs)
  expect(second.cloud.clock.offsetMs).toBeGreaterThan(47 * HOUR)
})

test('E: a corrupt file is refused with its path and left as it is', async () => {
  const dataDir = await newDir()
  await (await startTestCloud({ dataDir })).close()
  const file = join(dataDir, 'cloud.json')

  for (const text of ['{"version":1,', '{"version":2}', '[]', '']) {
    await writeFile(file, text)
    await expect(startTestCloud({ dataDir })).rejects.toMatchObject({
      code: 'data-dir-corrupt',
      message: expect.stringContaining(file),
    })
    expect(await readFile(file, 'utf8')).toBe(text)
  }
})

test('E: a change is saved without waiting for the end', async () => {
  const dataDir = await newDir()
  const { secrets } = await startTestCloud({ dataDir })
  await secrets.send(new CreateSecretCommand({ Name: 'soon-on-disk' }))

  await expect
    .poll(() => readFile(join(dataDir, 'cloud.json'), 'utf8').catch(() => ''), { timeout: 10_000 })
    .toContain('soon-on-disk')
})
