import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningCloud, startCloud } from '../../../local/cloud/start-cloud.ts'
import { secretsManagerSource } from '../../../proxy/keys/secrets-manager.ts'

let cloud: RunningCloud
let client: SecretsManagerClient

beforeAll(async () => {
  cloud = await startCloud({ port: 0 })
  client = new SecretsManagerClient({
    endpoint: cloud.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
})

afterAll(async () => {
  client.destroy()
  await cloud.close()
})

const never = new AbortController().signal

test('part of C1: labels and values come through the SDK as Secrets Manager gives them', async () => {
  const { Name: name = '', VersionId: first = '' } = await client.send(
    new CreateSecretCommand({ Name: 'keyturn/test/app', SecretString: 'kt_one' }),
  )
  const { VersionId: second = '' } = await client.send(
    new PutSecretValueCommand({ SecretId: name, SecretString: 'kt_two', VersionStages: ['AWSPENDING'] }),
  )
  const source = secretsManagerSource(client)

  expect(await source.labels(name, never)).toEqual({ [first]: ['AWSCURRENT'], [second]: ['AWSPENDING'] })
  expect((await source.value(name, first, never))?.reveal()).toBe('kt_one')
  expect((await source.value(name, second, never))?.reveal()).toBe('kt_two')
  expect(await source.value(name, '11111111-2222-3333-4444-555555555555', never)).toBeUndefined()
})

test('part of C1: a secret that is missing, or about to be deleted, needs a human', async () => {
  await client.send(new CreateSecretCommand({ Name: 'keyturn/test/going', SecretString: 'x' }))
  await client.send(new DeleteSecretCommand({ SecretId: 'keyturn/test/going' }))
  const source = secretsManagerSource(client)

  await expect(source.labels('keyturn/test/none', never)).rejects.toMatchObject({
    code: 'secret-not-found',
    kind: 'needs-human',
  })
  await expect(source.labels('keyturn/test/going', never)).rejects.toMatchObject({
    code: 'secret-deleted',
    kind: 'needs-human',
  })
})

test('part of C1: throttling is retryable and says nothing that AWS said', async () => {
  const source = secretsManagerSource(client)
  cloud.cloud.faults.add({ service: 'secretsmanager', operation: 'DescribeSecret', effect: { kind: 'throttle' } })

  await expect(source.labels('keyturn/test/app', never)).rejects.toMatchObject({
    code: 'secret-source-unavailable',
    kind: 'retryable',
  })
  expect(Object.keys(await source.labels('keyturn/test/app', never))).toHaveLength(2)
})

test('part of C1: a role that may not read is told which action it lacks', async () => {
  const source = secretsManagerSource(client)
  cloud.cloud.faults.add({
    service: 'secretsmanager',
    operation: 'DescribeSecret',
    effect: {
      kind: 'error',
      code: 'AccessDeniedException',
      status: 400,
      message: 'User arn:aws:sts::1:x is not authorized',
    },
  })

  await expect(source.labels('keyturn/test/app', never)).rejects.toMatchObject({
    code: 'secret-access-denied',
    kind: 'needs-human',
    message: expect.stringContaining('secretsmanager:DescribeSecret'),
  })
})
