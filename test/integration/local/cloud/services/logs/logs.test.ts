import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY } from '../../../../../../core/clock.ts'
import type { RunningCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { clientOptions, policyText, startTestCloud, trustService } from '../iam/fixtures.ts'

const GROUP = '/aws/lambda/rotator'
const STREAM = '2026/11/22/[$LATEST]1'
let running: RunningCloud
let logs: CloudWatchLogsClient

beforeEach(async () => {
  running = await startTestCloud()
  logs = new CloudWatchLogsClient(clientOptions(running))
})

afterEach(async () => {
  logs.destroy()
  await running.close()
})

async function createStream(): Promise<void> {
  await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP, tags: { stack: 'dev' } }))
  await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: STREAM }))
}

const now = () => running.cloud.clock.now().getTime()
const write = (client: CloudWatchLogsClient, ...messages: string[]) =>
  client.send(
    new PutLogEventsCommand({
      logGroupName: GROUP,
      logStreamName: STREAM,
      logEvents: messages.map((message, index) => ({ timestamp: now() + index, message })),
    }),
  )
const read = async (input: object = {}) => {
  const answer = await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, ...input }))
  return { messages: answer.events?.map(({ message }) => message), next: answer.nextToken }
}

describe('log groups (E)', () => {
  it('are created, described and deleted', async () => {
    await createStream()
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 30 }))
    const resourceArn = `arn:aws:logs:eu-central-1:000000000000:log-group:${GROUP}`

    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/' }))
    expect(logGroups).toMatchObject([
      { logGroupName: GROUP, arn: `${resourceArn}:*`, logGroupArn: resourceArn, retentionInDays: 30 },
    ])
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: GROUP }))
    const [group] = (await logs.send(new DescribeLogGroupsCommand({}))).logGroups ?? []
    expect(group?.retentionInDays).toBeUndefined()

    await logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }))
    expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([])
  })

  it('are described in pages', async () => {
    for (const name of ['c', 'a', 'b']) await logs.send(new CreateLogGroupCommand({ logGroupName: name }))

    const first = await logs.send(new DescribeLogGroupsCommand({ limit: 2 }))
    const second = await logs.send(new DescribeLogGroupsCommand({ limit: 2, nextToken: first.nextToken }))

    const names = [first, second].map(({ logGroups }) => logGroups?.map(({ logGroupName }) => logGroupName))
    expect(names).toEqual([['a', 'b'], ['c']])
    expect(second.nextToken).toBeUndefined()
  })

  it.each([
    [
      'a second one of the name',
      () => logs.send(new CreateLogGroupCommand({ logGroupName: GROUP })),
      'ResourceAlreadyExistsException',
    ],
    [
      'a name with a space',
      () => logs.send(new CreateLogGroupCommand({ logGroupName: 'a b' })),
      'InvalidParameterException',
    ],
    [
      'a retention that AWS does not have',
      () => logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 31 })),
      'InvalidParameterException',
    ],
    [
      'a stream in an unknown one',
      () => logs.send(new CreateLogStreamCommand({ logGroupName: 'x', logStreamName: 'y' })),
      'ResourceNotFoundException',
    ],
  ])('refuse %s', async (_, call, name) => {
    await createStream()
    await expect(call()).rejects.toMatchObject({ name })
  })
})

describe('log events (E)', () => {
  beforeEach(createStream)

  it('are read back in order, page by page', async () => {
    await write(logs, 'one', 'two', 'three')
    const first = await read({ limit: 2 })
    const second = await read({ limit: 2, nextToken: first.next })
    expect([first.messages, second.messages]).toEqual([['one', 'two'], ['three']])
    expect(second.next).toBeUndefined()
  })

  it('are found by terms', async () => {
    await write(logs, 'ERROR rotation failed', 'INFO rotation done', 'ERROR retry later')
    const found = async (filterPattern: string) => {
      const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern }))
      return events?.map(({ message }) => message)
    }

    expect(await found('')).toHaveLength(3)
    expect(await found('ERROR -retry')).toEqual(['ERROR rotation failed'])
    expect(await found('"rotation done"')).toEqual(['INFO rotation done'])
    expect(await found('?done ?later')).toEqual(['INFO rotation done', 'ERROR retry later'])
    await expect(found('{ $.level = "error" }')).rejects.toThrow(/filter patterns of terms only/)
  })

  it('are kept as long as the retention says', async () => {
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 7 }))
    await write(logs, 'old')
    await running.cloud.clock.advance(6 * DAY)
    expect((await read()).messages).toEqual(['old'])
    await running.cloud.clock.advance(DAY)
    expect((await read()).messages).toEqual([])
  })

  it('are refused out of order', async () => {
    const logEvents = [2, 1].map((timestamp) => ({ timestamp, message: 'x' }))
    await expect(
      logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: STREAM, logEvents })),
    ).rejects.toThrow(/chronological order/)
  })

  it('are written by a role only where its policy says `<group arn>:*`', async () => {
    const iam = new IAMClient(clientOptions(running))
    await iam.send(
      new CreateRoleCommand({ RoleName: 'fn', AssumeRolePolicyDocument: trustService('lambda.amazonaws.com') }),
    )
    const allow = (group: string) =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName: 'fn',
          PolicyName: 'logs',
          PolicyDocument: policyText({
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: `arn:aws:logs:eu-central-1:000000000000:log-group:${group}:*`,
          }),
        }),
      )
    const role = running.cloud.iam.issueCredentials('arn:aws:iam::000000000000:role/fn', 'x')
    const asRole = new CloudWatchLogsClient(clientOptions(running, role))

    await allow(GROUP)
    await asRole.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 'own' }))
    await write(asRole, 'hello')

    await allow('/aws/lambda/other')
    await expect(write(asRole, 'again')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is not authorized to perform: logs:PutLogEvents on resource: '),
    })
  })
})
