import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type PortMapping,
  RegisterTaskDefinitionCommand,
  type Service,
  type Task,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { Agent, request } from 'undici'
import { afterEach, beforeEach, expect } from 'vitest'
import { serviceUrl } from '../../local/cloud/services/ecs/ecs.ts'
import { type RunningCloud, startCloud } from '../../local/cloud/start-cloud.ts'

// A cloud with one ECS service behind a load balancer, anew for every test of the file that imports it.
export const REGION = 'eu-central-1'
const IMAGE = '000000000000.dkr.ecr.eu-central-1.amazonaws.com/keyturn-proxy@sha256:abc'
export const BROKEN = '000000000000.dkr.ecr.eu-central-1.amazonaws.com/broken'
export const POLL = { timeout: 20_000, interval: 50 }

/** Answers with what it knows about itself; drains on SIGTERM like the proxy. */
const APP = `
const http = require('node:http')
let draining = false
const server = http.createServer(async (req, res) => {
  if (req.url === '/ready') return res.writeHead(draining ? 503 : 200).end()
  if (req.url === '/credentials') {
    const answer = await fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, { headers: { authorization: process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN } })
    return res.end(await answer.text())
  }
  if (req.url === '/slow') return setTimeout(() => res.end(process.env.VERSION), 600)
  if (req.url === '/crash') process.exit(1)
  res.end(JSON.stringify({ pid: process.pid, now: Date.now(), env: process.env }))
})
server.listen(process.env.PORT, '127.0.0.1', () => console.log('listening as ' + process.env.VERSION))
process.on('SIGTERM', () => { draining = true; console.log('draining'); server.close(() => process.exit(0)) })
`

export let folder: string
export let running: RunningCloud
export let ecs: ECSClient
export let iam: IAMClient
let agent: Agent

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-ecs-'))
  writeFileSync(join(folder, 'app.cjs'), APP)
  writeFileSync(join(folder, 'broken.cjs'), 'process.exit(2)')
  await start()
  await setUp()
})

afterEach(async () => {
  await agent.destroy()
  await running.close()
  rmSync(folder, { recursive: true })
})

export async function start(dataDir?: string): Promise<void> {
  running = await startCloud({
    port: 0,
    ecs: {
      port: 0,
      images: { [IMAGE]: { entry: join(folder, 'app.cjs') }, [BROKEN]: { entry: join(folder, 'broken.cjs') } },
      environment: { EXTRA: 'from the cloud' },
    },
    ...(dataDir !== undefined && { dataDir }),
  })
  const options = {
    endpoint: running.url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  }
  ecs = new ECSClient(options)
  iam = new IAMClient(options)
  agent = new Agent({ pipelining: 0 })
}

export const EXECUTION = [
  'ecr:GetAuthorizationToken',
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetDownloadUrlForLayer',
  'ecr:BatchGetImage',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'secretsmanager:GetSecretValue',
]

export async function setUp(): Promise<void> {
  for (const role of ['task', 'execution']) {
    const Statement = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ecs-tasks.amazonaws.com' } }]
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
    await iam.send(new CreateRoleCommand({ RoleName: role, AssumeRolePolicyDocument }))
  }
  await grant(EXECUTION)
  await ecs.send(new CreateClusterCommand({ clusterName: 'main' }))
  await logs().send(new CreateLogGroupCommand({ logGroupName: '/keyturn/proxy' }))
}

export const grant = (actions: readonly string[]): Promise<unknown> =>
  iam.send(
    new PutRolePolicyCommand({
      RoleName: 'execution',
      PolicyName: 'start',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Sid: 'Start', Effect: 'Allow', Action: actions, Resource: '*' }],
      }),
    }),
  )

export const logs = (): CloudWatchLogsClient =>
  new CloudWatchLogsClient({
    endpoint: running.url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })

export async function register(
  version: string,
  input: { image?: string; secrets?: { name: string; valueFrom: string }[]; portMappings?: PortMapping[] } = {},
): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'proxy',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      taskRoleArn: 'arn:aws:iam::000000000000:role/task',
      executionRoleArn: 'arn:aws:iam::000000000000:role/execution',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      containerDefinitions: [
        {
          name: 'proxy',
          image: input.image ?? IMAGE,
          essential: true,
          stopTimeout: 30,
          portMappings: input.portMappings ?? [{ containerPort: 8080, protocol: 'tcp' }],
          environment: [{ name: 'VERSION', value: version }],
          ...(input.secrets && { secrets: input.secrets }),
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': '/keyturn/proxy', 'awslogs-region': REGION, 'awslogs-stream-prefix': 'proxy' },
          },
        },
      ],
    }),
  )
  return taskDefinition?.taskDefinitionArn ?? ''
}

export async function create(taskDefinition: string, desiredCount = 1): Promise<void> {
  await ecs.send(
    new CreateServiceCommand({
      cluster: 'main',
      serviceName: 'proxy',
      taskDefinition,
      desiredCount,
      launchType: 'FARGATE',
      loadBalancers: [{ targetGroupArn: 'arn:tg', containerName: 'proxy', containerPort: 8080 }],
      deploymentConfiguration: {
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
    }),
  )
}

export const update = (input: object): Promise<unknown> =>
  ecs.send(new UpdateServiceCommand({ cluster: 'main', service: 'proxy', ...input }))

export async function describe(): Promise<Service> {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'main', services: ['proxy'] }))
  return services?.[0] ?? {}
}

export async function tasks(desiredStatus: 'RUNNING' | 'STOPPED'): Promise<Task[]> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: 'main', desiredStatus }))
  if (taskArns.length === 0) return []
  return (await ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: taskArns }))).tasks ?? []
}

export const steady = (): Promise<void> =>
  expect
    .poll(async () => {
      const { deployments = [], runningCount, desiredCount } = await describe()
      const [primary] = deployments
      return deployments.length === 1 && primary?.rolloutState === 'COMPLETED' && runningCount === desiredCount
    }, POLL)
    .toBe(true)

export const url = (): string =>
  serviceUrl(running.cloud, 'arn:aws:ecs:eu-central-1:000000000000:service/main/proxy') ?? ''

interface Answer {
  pid: number
  now: number
  env: Record<string, string>
}

export async function get(path = '/'): Promise<string> {
  const { body } = await request(url() + path, { dispatcher: agent })
  return body.text()
}

export const inspect = async (): Promise<Answer> => JSON.parse(await get())
