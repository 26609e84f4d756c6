import { join } from 'node:path'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { DeleteRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { request } from 'undici'
import { expect, test } from 'vitest'
import {
  BROKEN,
  create,
  describe,
  EXECUTION,
  ecs,
  folder,
  get,
  grant,
  iam,
  inspect,
  logs,
  POLL,
  REGION,
  register,
  running,
  setUp,
  start,
  steady,
  tasks,
  update,
  url,
} from '../../../../../helpers/ecs-service.ts'

test('E a service becomes steady and its task runs with the environment that AWS gives', async () => {
  await create(await register('one'))
  await steady()
  const { env } = await inspect()
  expect(env).toMatchObject({
    VERSION: 'one',
    EXTRA: 'from the cloud',
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: running.url,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.stringContaining('/_keyturn/credentials/'),
  })
  expect(env).not.toHaveProperty('AWS_ACCESS_KEY_ID')
  const [task] = await tasks('RUNNING')
  expect(task).toMatchObject({ lastStatus: 'RUNNING', healthStatus: 'HEALTHY', group: 'service:proxy' })
})

test('each port of a container is a free one of its own, told to the task by its name and shown', async () => {
  const portMappings = [
    { containerPort: 8080, protocol: 'tcp' as const },
    { name: 'metrics', containerPort: 9464, protocol: 'tcp' as const },
  ]
  await create(await register('one', { portMappings }), 2)
  await steady()

  const { env } = await inspect()
  const bindings = (await tasks('RUNNING')).map(({ containers }) => containers?.[0]?.networkBindings ?? [])
  const hostPorts = bindings.flat().map(({ hostPort }) => hostPort)

  expect(bindings.map((each) => each.map(({ containerPort }) => containerPort))).toEqual([
    [8080, 9464],
    [8080, 9464],
  ])
  expect(new Set(hostPorts).size).toBe(4)
  expect(bindings.map((each) => each.map(({ hostPort }) => String(hostPort)))).toContainEqual([
    env.PORT,
    env.METRICS_PORT,
  ])
})

test('a task gets keys of its task role, anew once the clock has passed their end, and nobody else does', async () => {
  await create(await register('one'))
  await steady()
  const first = JSON.parse(await get('/credentials'))
  expect(first).toMatchObject({
    RoleArn: 'arn:aws:iam::000000000000:role/task',
    AccessKeyId: expect.stringMatching(/^ASIA/),
  })
  expect(running.cloud.iam.principalFor(first.AccessKeyId, first.Token)).toMatchObject({ roleName: 'task' })
  await running.cloud.clock.advance(25 * 3_600_000)
  const second = JSON.parse(await get('/credentials'))
  expect(second.AccessKeyId).not.toBe(first.AccessKeyId)
  expect(Date.parse(second.Expiration)).toBeGreaterThan(running.cloud.clock.now().getTime())

  const { env, now } = await inspect()
  expect(Math.abs(now - running.cloud.clock.now().getTime())).toBeLessThan(5_000)
  const stranger = await request(env.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '', { headers: { authorization: 'guess' } })
  expect(stranger.statusCode).toBe(403)
  expect(await stranger.body.text()).not.toContain('ASIA')
})

test('part of A6: a rolling update overlaps old and new, finishes what runs, and refuses no request', async () => {
  await create(await register('one'))
  await steady()
  const slow = get('/slow')
  await update({ taskDefinition: await register('two') })
  let failures = 0
  let requests = 0
  let version = ''
  while (version !== 'two') {
    const answer = await inspect().catch(() => undefined)
    requests += 1
    if (answer) version = answer.env.VERSION ?? ''
    else failures += 1
  }
  expect(failures).toBe(0)
  expect(requests).toBeGreaterThan(1)
  expect(await slow).toBe('one')
  await steady()
  const [stopped] = await tasks('STOPPED')
  expect(stopped).toMatchObject({
    lastStatus: 'STOPPED',
    stopCode: 'ServiceSchedulerInitiated',
    containers: [{ exitCode: 0 }],
  })
})

test('a deployment whose tasks do not come up is rolled back, and the old task keeps serving', async () => {
  const good = await register('one')
  await create(good)
  await steady()
  const { pid } = await inspect()
  await update({ taskDefinition: await register('bad', { image: BROKEN }) })
  await expect.poll(async () => (await describe()).deployments?.[0]?.rolloutStateReason, POLL).toMatch(/rolling back/)
  await steady()
  expect((await describe()).taskDefinition).toBe(good)
  expect((await inspect()).pid).toBe(pid)
  expect((await describe()).events?.map(({ message }) => message).join('\n')).toMatch(/deployment failed/)
})

test('a task that dies is replaced', async () => {
  await create(await register('one'))
  await steady()
  const { pid } = await inspect()
  await get('/crash').catch(() => {})
  await expect.poll(async () => (await inspect().catch(() => undefined))?.pid ?? pid, POLL).not.toBe(pid)
  await steady()
})

test('a service is scaled out and in, and deleted', async () => {
  await create(await register('one'))
  await steady()
  await update({ desiredCount: 3 })
  await expect.poll(async () => (await describe()).runningCount, POLL).toBe(3)
  await update({ desiredCount: 1 })
  await expect.poll(async () => (await describe()).runningCount, POLL).toBe(1)
  await expect(ecs.send(new DeleteServiceCommand({ cluster: 'main', service: 'proxy' }))).rejects.toThrow(
    /scaled above 0/,
  )
  await ecs.send(new DeleteServiceCommand({ cluster: 'main', service: 'proxy', force: true }))
  await expect.poll(async () => (await describe()).status, POLL).toBe('INACTIVE')
  expect(url()).toBe('')
})

test.each([
  [
    'ecr:GetAuthorizationToken',
    /CannotPullContainerError: .*role\/execution.* is not authorized to perform: ecr:GetAuthorizationToken/,
  ],
  [
    'ecr:BatchGetImage',
    /CannotPullContainerError: .*ecr:BatchGetImage on resource: arn:aws:ecr:eu-central-1:000000000000:repository\/keyturn-proxy/,
  ],
  ['logs:CreateLogStream', /ResourceInitializationError: .*logs:CreateLogStream/],
] as const)('without %s on the execution role no task starts, and the reason names it', async (action, reason) => {
  await iam.send(new DeleteRolePolicyCommand({ RoleName: 'execution', PolicyName: 'start' }))
  await grant(EXECUTION.filter((each) => each !== action))
  await create(await register('one'))
  await expect.poll(async () => (await describe()).deployments?.[0]?.rolloutState, POLL).toBe('FAILED')
  const [stopped] = await tasks('STOPPED')
  expect(stopped?.stopCode).toBe('TaskFailedToStart')
  expect(stopped?.stoppedReason?.replace('assumed-role', 'role')).toMatch(reason)
})

test('what a task prints stands in its log group, under the execution role', async () => {
  await create(await register('one'))
  await steady()
  const lines = async (): Promise<(string | undefined)[]> =>
    ((await logs().send(new FilterLogEventsCommand({ logGroupName: '/keyturn/proxy' }))).events ?? []).map(
      ({ message }) => message,
    )
  await expect.poll(lines, POLL).toContain('listening as one')
  const entry = running.cloud.journal.entries().find(({ operation }) => operation === 'PutLogEvents')
  expect(entry).toMatchObject({ role: 'execution', outcome: 'ok' })
})

test('container secrets arrive as environment variables, whole or by member', async () => {
  const secrets = new SecretsManagerClient({
    endpoint: running.url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const { ARN = '' } = await secrets.send(new CreateSecretCommand({ Name: 'db', SecretString: '{"password":"p4ss"}' }))
  await create(
    await register('one', {
      secrets: [
        { name: 'WHOLE', valueFrom: ARN },
        { name: 'PASSWORD', valueFrom: `${ARN}:password::` },
      ],
    }),
  )
  await steady()
  expect((await inspect()).env).toMatchObject({ WHOLE: '{"password":"p4ss"}', PASSWORD: 'p4ss' })
})

test('a restart from saved state starts the service’s tasks again', async () => {
  await running.close()
  const dataDir = join(folder, 'data')
  await start(dataDir)
  await setUp()
  await create(await register('one'))
  await steady()
  const { pid } = await inspect()
  await running.close()
  await start(dataDir)
  await expect.poll(async () => (await inspect().catch(() => undefined))?.pid ?? pid, POLL).not.toBe(pid)
})

test('closing the cloud leaves no task behind', async () => {
  await create(await register('one'), 2)
  await steady()
  const { pid } = await inspect()
  await running.close()
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  await start()
})

test('task definitions are versioned, read back whole and deregistered', async () => {
  const one = await register('one')
  const two = await register('two')
  expect([one, two].map((arn) => arn.split('/')[1])).toEqual(['proxy:1', 'proxy:2'])
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'proxy' }))
  expect(taskDefinition).toMatchObject({
    revision: 2,
    cpu: '256',
    networkMode: 'awsvpc',
    runtimePlatform: { cpuArchitecture: 'ARM64' },
    containerDefinitions: [{ stopTimeout: 30, environment: [{ name: 'VERSION', value: 'two' }] }],
  })
  await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: two }))
  await expect(create(two)).rejects.toThrow(/inactive/)
})

test('what the local cloud cannot run is refused before anything starts', async () => {
  const definition = {
    family: 'x',
    containerDefinitions: [
      { name: 'a', image: 'i', portMappings: [] },
      { name: 'b', image: 'i' },
    ],
  }
  await expect(ecs.send(new RegisterTaskDefinitionCommand(definition))).rejects.toThrow(/not implemented/)
  await expect(create('nobody')).rejects.toMatchObject({ name: 'ClientException' })
  await expect(
    ecs.send(new CreateServiceCommand({ cluster: 'nowhere', serviceName: 's', taskDefinition: 'x' })),
  ).rejects.toMatchObject({ name: 'ClusterNotFoundException' })
})

test('an image without a local entry fails with that reason', async () => {
  await create(await register('one', { image: 'docker.io/library/nginx' }))
  await expect
    .poll(async () => (await tasks('STOPPED'))[0]?.stoppedReason, POLL)
    .toMatch(/no local entry stands in for image docker\.io/)
})
