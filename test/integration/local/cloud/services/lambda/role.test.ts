import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda'
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inProcessCode } from '../../../../../../local/cloud/services/lambda/runtime/in-process.ts'
import { type LambdaSetup, setUpLambda } from './setup.ts'

let setup: LambdaSetup
let logs: CloudWatchLogsClient
let sns: SNSClient

beforeAll(async () => {
  setup = await setUpLambda()
  const options = {
    endpoint: setup.running.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  }
  logs = new CloudWatchLogsClient(options)
  sns = new SNSClient(options)
})

afterAll(() => setup.close())

const linesOf = async (group: string): Promise<string> =>
  ((await logs.send(new FilterLogEventsCommand({ logGroupName: group }))).events ?? [])
    .map(({ message }) => message)
    .join('\n')

test('part of A3: log lines stand in the function’s group, written under its role; without the permission it runs on', async () => {
  const LogGroup = '/keyturn/dev/logging'
  await logs.send(new CreateLogGroupCommand({ logGroupName: LogGroup }))
  await setup.create(
    'logging',
    `exports.handler = async (e) => { console.log('line ' + e.n); console.error('err ' + e.n) }`,
    {
      LoggingConfig: { LogGroup },
    },
  )
  expect((await setup.invoke('logging', { n: 1 })).error).toBeUndefined()
  expect(await linesOf(LogGroup)).toBe('')

  await setup.allow('worker', 'logs:CreateLogStream', 'logs:PutLogEvents')
  await setup.invoke('logging', { n: 2 })
  const lines = await linesOf(LogGroup)
  expect(lines).toMatch(/START RequestId.*line 2.*END RequestId.*REPORT/s)
  expect(lines).toContain('err 2')
  const { events: [event] = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: LogGroup }))
  expect(event?.logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)
  expect(setup.running.cloud.journal.entries().findLast(({ operation }) => operation === 'PutLogEvents')).toMatchObject(
    {
      role: 'worker',
      outcome: 'ok',
    },
  )
})

test('a missing group is made when the role may', async () => {
  await setup.allow('worker', 'logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents')
  await setup.create('grouped', `exports.handler = async () => console.log('here')`)
  await setup.invoke('grouped')
  expect(await linesOf('/aws/lambda/grouped')).toContain('here')
})

test('part of A3: active tracing uses the role’s X-Ray permissions, and nothing does without it', async () => {
  await setup.allow('worker', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords')
  const unused = (): string[] =>
    setup.running.cloud.iam
      .unusedGrants()
      .map(({ action }) => action)
      .filter((action) => action.startsWith('xray:'))
  const code = inProcessCode(() => 'traced')
  await setup.create('plain', code)
  await setup.invoke('plain')
  expect(unused()).toHaveLength(2)
  await setup.create('traced', code, { TracingConfig: { Mode: 'Active' } })
  await setup.invoke('traced')
  expect(unused()).toEqual([])
})

test('part of A3: a function that fails for good tells its SNS topic, under its role', async () => {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'failures' }))
  await setup.allow('worker', 'sns:Publish')
  await setup.create(
    'failing',
    inProcessCode(() => Promise.reject(new Error('broken'))),
  )
  await setup.lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: 'failing',
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: TopicArn } },
    }),
  )
  await setup.invoke('failing', { n: 1 }, { type: 'Event' })
  await setup.running.cloud.clock.idle()
  expect(setup.running.cloud.journal.entries().findLast(({ service }) => service === 'sns')).toMatchObject({
    operation: 'Publish',
    role: 'worker',
    resource: TopicArn,
    outcome: 'ok',
  })
  const kept = JSON.stringify(setup.running.cloud.state.sns)
  expect(kept).toContain('RetriesExhausted')
})
