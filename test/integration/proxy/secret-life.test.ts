import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { graceLabel } from '../../../core/grace.ts'
import { type RunningCloud, startCloud } from '../../../local/cloud/start-cloud.ts'
import { secretsManagerSource } from '../../../proxy/keys/secrets-manager.ts'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { startTestProxy, type TestProxy, UPSTREAM_KEY } from '../../helpers/proxy/start-test-proxy.ts'
import { ShiftedClock } from '../../helpers/proxy/test-clock.ts'
import { until } from '../../helpers/proxy/until.ts'

let cloud: RunningCloud
let client: SecretsManagerClient
let names = 0

beforeAll(async () => {
  cloud = await startCloud({ port: 0 })
  client = new SecretsManagerClient({
    endpoint: cloud.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
})

afterEach(() => cloud.cloud.faults.clear())

afterAll(async () => {
  client.destroy()
  await cloud.close()
})

/** Two clients' secrets and an upstream's in the local cloud, and the proxy reading them through the SDK every second. */
async function setup(value = 'kt_one') {
  const upstream = await startUpstream((_request, response) => response.end('ok'))
  const [app, other, route] = ['app', 'other', 'route'].map((name) => `keyturn/life/${name}-${++names}`) as [
    string,
    string,
    string,
  ]
  for (const [Name, SecretString] of [
    [app, value],
    [other, `kt_other_${names}`],
    [route, UPSTREAM_KEY],
  ] as const) {
    await client.send(new CreateSecretCommand({ Name, SecretString }))
  }
  const start = (refreshSeconds = 1) =>
    startTestProxy({
      upstream: upstream.url,
      secrets: secretsManagerSource(client),
      clients: [
        { name: 'app', secretId: app },
        { name: 'other', secretId: other },
      ],
      routes: [{ secretId: route }],
      refreshSeconds,
    })
  return { app, route, otherKey: `kt_other_${names}`, upstream, start }
}

const status = async (proxy: TestProxy, key: string) => (await ask(proxy.port, { key })).status

test('part of C1: a deleted secret ends its key, a restored one brings it back', async () => {
  const { app, otherKey, upstream, start } = await setup()
  await using _upstream = upstream
  await using proxy = await start()
  expect(await status(proxy, 'kt_one')).toBe(200)

  await client.send(new DeleteSecretCommand({ SecretId: app }))
  await until(async () => (await status(proxy, 'kt_one')) === 401, 'the key is refused', 4_000)
  expect(await status(proxy, 'kt_wrong')).toBe(401)
  expect(await status(proxy, otherKey)).toBe(200)
  expect(proxy.proxy.readiness()).toMatchObject({ ready: true, keySets: { [app]: 'gone' } })

  await client.send(new RestoreSecretCommand({ SecretId: app }))
  await until(async () => (await status(proxy, 'kt_one')) === 200, 'the key is back', 4_000)
})

test('part of C1: a secret that is deleted at once ends its key within two refreshes', async () => {
  const { app, upstream, start } = await setup()
  await using _upstream = upstream
  await using proxy = await start()
  await client.send(new DeleteSecretCommand({ SecretId: app, ForceDeleteWithoutRecovery: true }))

  await until(async () => (await status(proxy, 'kt_one')) === 401, 'the key is refused', 4_000)
})

test('part of C1: throttling is an outage: known keys go on, new ones are told 503, and get in when it is over', async () => {
  const { app, upstream, start } = await setup()
  await using _upstream = upstream
  await using proxy = await start(3_600)
  await client.send(new PutSecretValueCommand({ SecretId: app, SecretString: 'kt_two' }))
  cloud.cloud.faults.add({
    service: 'secretsmanager',
    operation: 'DescribeSecret',
    times: 1_000,
    effect: { kind: 'throttle' },
  })

  const during = await ask(proxy.port, { key: 'kt_two' })
  expect(during.status).toBe(503)
  expect(errorOf(during).code).toBe('key-set-unavailable')
  expect(await status(proxy, 'kt_one')).toBe(200)
  cloud.cloud.faults.clear()
  expect(await status(proxy, 'kt_two')).toBe(200)
})

test('part of C1: a fault of a moment turns no new key away', async () => {
  const { app, upstream, start } = await setup()
  await using _upstream = upstream
  await using proxy = await start(3_600)
  await client.send(new PutSecretValueCommand({ SecretId: app, SecretString: 'kt_two' }))
  // The task's credentials ran out between the signature and its check: both clients' reads fail, once.
  const expired = { kind: 'error', code: 'ExpiredTokenException', status: 403 } as const
  cloud.cloud.faults.add({ service: 'secretsmanager', operation: 'DescribeSecret', times: 2, effect: expired })

  expect(await status(proxy, 'kt_two')).toBe(200)
  expect(cloud.cloud.faults.list()).toMatchObject([{ taken: 2 }])
})

test.each([
  ['text that is no key', { SecretString: 'not a key, but words' }],
  ['a binary value', { SecretBinary: new TextEncoder().encode('kt_two') }],
])('C18: %s put by hand leaves the grace key, this task and the next one', async (_what, value) => {
  const { app, upstream, start } = await setup()
  await using _upstream = upstream
  const { VersionId: first = '' } = await client.send(
    new PutSecretValueCommand({ SecretId: app, SecretString: 'kt_first' }),
  )
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: app,
      VersionStage: graceLabel(new Date(new ShiftedClock().now().getTime() + HOUR)),
      MoveToVersionId: first,
    }),
  )
  await using running = await start()
  await client.send(new PutSecretValueCommand({ SecretId: app, ...value }))

  await until(() => running.proxy.readiness().keySets[app] === 'partial', 'it has been read', 4_000)
  expect(await status(running, 'kt_first')).toBe(200)
  await using restarted = await start()
  expect(restarted.proxy.readiness()).toMatchObject({ ready: true, keySets: { [app]: 'partial' } })
  expect(await status(restarted, 'kt_first')).toBe(200)
  expect(await status(restarted, 'kt_wrong')).toBe(401)
})

test('C19: a task that starts after a deletion of labels names the replaced key', async () => {
  const { app, upstream, start } = await setup()
  await using _upstream = upstream
  await client.send(new PutSecretValueCommand({ SecretId: app, SecretString: 'kt_two' }))
  await using proxy = await start()

  await until(async () => errorOf(await ask(proxy.port, { key: 'kt_one' })).code === 'key-expired', 'it is named')
  expect(proxy.log.find(({ code }) => code === 'client-key-refused')).toMatchObject({ client: 'app', state: 'retired' })
})
