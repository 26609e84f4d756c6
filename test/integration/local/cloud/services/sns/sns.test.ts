import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SECOND } from '../../../../../../core/clock.ts'
import type { RunningCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { clientOptions, policyText, startTestCloud, trustService } from '../iam/fixtures.ts'
import { createReceivingFunction } from '../iam/receiving-function.ts'

const TOPIC = 'arn:aws:sns:eu-central-1:000000000000:alarms'
let running: RunningCloud
let sns: SNSClient
let server: Server | undefined

beforeEach(async () => {
  running = await startTestCloud()
  sns = new SNSClient(clientOptions(running))
})

afterEach(async () => {
  server?.close()
  server = undefined
  sns.destroy()
  await running.close()
})

const createTopic = (more: object = {}) => sns.send(new CreateTopicCommand({ Name: 'alarms', ...more }))
const publish = (Message: string, more: object = {}, client = sns) =>
  client.send(new PublishCommand({ TopicArn: TOPIC, Message, ...more }))
const subscribe = (Protocol: string, Endpoint: string, Attributes: Record<string, string> = {}) =>
  sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol, Endpoint, Attributes }))
const kept = () => running.cloud.state.sns.topics[TOPIC]?.messages ?? []

describe('SNS topics (E)', () => {
  it('are created, created again and deleted', async () => {
    const { TopicArn } = await createTopic({ Attributes: { DisplayName: 'A & B' }, Tags: [{ Key: 'a', Value: '1' }] })
    expect(TopicArn).toBe(TOPIC)
    expect((await createTopic()).TopicArn).toBe(TOPIC)
    await expect(createTopic({ Attributes: { DisplayName: 'C' } })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    })

    await sns.send(new DeleteTopicCommand({ TopicArn }))
    await sns.send(new DeleteTopicCommand({ TopicArn }))
    await expect(publish('x')).rejects.toMatchObject({ name: 'NotFoundException' })
  })

  it.each([
    ['a FIFO name', () => createTopic({ Name: 'a.fifo' }), /FIFO topics are not implemented/],
    [
      'an attribute that would not be honoured',
      () => createTopic({ Attributes: { FifoTopic: 'true' } }),
      /Allowed: DisplayName/,
    ],
    ['a customer key', () => createTopic({ Attributes: { KmsMasterKeyId: 'alias/own' } }), /alias\/aws\/sns only/],
    [
      'a policy that names nobody',
      () =>
        createTopic({ Attributes: { Policy: policyText({ Effect: 'Allow', Action: 'sns:Publish', Resource: '*' }) } }),
      /needs a Principal/,
    ],
  ])('refuse %s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message)
  })
})

describe('publishing to SNS (E)', () => {
  beforeEach(async () => {
    await createTopic()
  })

  it('keeps messages, with subject and attributes, for a look from outside', async () => {
    await subscribe('email', 'ops@example.com')
    const MessageAttributes = { severity: { DataType: 'String', StringValue: 'high' } }
    const { MessageId } = await publish('rotation failed', { Subject: 'Alarm', MessageAttributes })

    expect(kept()).toMatchObject([
      {
        id: MessageId,
        message: 'rotation failed',
        subject: 'Alarm',
        attributes: { severity: { Type: 'String', Value: 'high' } },
      },
    ])
    expect(Object.values(kept()[0]?.deliveries ?? {})).toEqual(['kept'])
  })

  it('takes the default of a message per protocol', async () => {
    await publish(JSON.stringify({ default: 'text', email: 'mail' }), { MessageStructure: 'json' })
    expect(kept()[0]?.message).toBe('text')
    await expect(publish('{"email": "mail"}', { MessageStructure: 'json' })).rejects.toThrow(/No default entry/)
  })

  it('invokes a function only when the function lets this topic in', async () => {
    const receiver = await createReceivingFunction(running)
    await subscribe('lambda', receiver.arn)
    await publish('refused')
    await running.cloud.clock.idle()
    expect(receiver.received).toEqual([])
    expect(Object.values(kept()[0]?.deliveries ?? {})).toEqual(['failed: AccessDeniedError'])

    await receiver.permit('sns.amazonaws.com', TOPIC)
    await publish('passed')
    await running.cloud.clock.idle()

    expect(receiver.received).toMatchObject([
      { Records: [{ EventSource: 'aws:sns', Sns: { TopicArn: TOPIC, Message: 'passed', Type: 'Notification' } }] },
    ])
  })

  it('posts to an endpoint on this machine, and again after 20 seconds when that fails', async () => {
    const bodies: string[] = []
    const statuses = [503, 200, 200]
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        bodies.push(body)
        response.writeHead(statuses.shift() ?? 500).end()
      })
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
    const { SubscriptionArn = '' } = await subscribe('http', url)

    await publish('first')
    await running.cloud.clock.idle()
    expect(kept()[0]?.deliveries).toEqual({ [SubscriptionArn]: 'failed: HTTP 503' })
    await running.cloud.clock.advance(20 * SECOND)
    expect(kept()[0]?.deliveries).toEqual({ [SubscriptionArn]: 'delivered' })
    expect(JSON.parse(bodies[1] ?? '')).toMatchObject({ Type: 'Notification', TopicArn: TOPIC, Message: 'first' })

    await sns.send(new UnsubscribeCommand({ SubscriptionArn }))
    await subscribe('http', url, { RawMessageDelivery: 'true' })
    await publish('raw')
    await running.cloud.clock.idle()
    expect(bodies[2]).toBe('raw')
  })

  it('subscribes an endpoint once, and ends its subscription', async () => {
    const { SubscriptionArn = '' } = await subscribe('email', 'ops@example.com')
    expect((await subscribe('email', 'ops@example.com')).SubscriptionArn).toBe(SubscriptionArn)

    await publish('told')
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }))
    await publish('not told')
    expect(kept().map(({ deliveries }) => Object.keys(deliveries))).toEqual([[SubscriptionArn], []])
  })

  it.each([
    ['an endpoint on another machine', 'https', 'https://example.com/hook', /on this machine/],
    ['a scheme that is not the protocol', 'https', 'http://127.0.0.1/hook', /on this machine/],
    ['a function by name', 'lambda', 'receiver', /a function ARN/],
    ['a queue', 'sqs', 'arn:aws:sqs:eu-central-1:000000000000:q', /the local cloud delivers to/],
  ])('refuses %s', async (_, protocol, endpoint, message) => {
    await expect(subscribe(protocol, endpoint)).rejects.toThrow(message)
  })
})

describe('permission to publish (E)', () => {
  const statement = { Sid: 'Publish', Effect: 'Allow', Action: 'sns:Publish', Resource: TOPIC }

  async function roleClient(...statements: object[]): Promise<SNSClient> {
    const iam = new IAMClient(clientOptions(running))
    const trust = trustService('lambda.amazonaws.com')
    await iam.send(new CreateRoleCommand({ RoleName: 'fn', AssumeRolePolicyDocument: trust }))
    if (statements.length > 0) {
      const PolicyDocument = policyText(...statements)
      await iam.send(new PutRolePolicyCommand({ RoleName: 'fn', PolicyName: 'own', PolicyDocument }))
    }
    return new SNSClient(
      clientOptions(running, running.cloud.iam.issueCredentials('arn:aws:iam::000000000000:role/fn', 's')),
    )
  }
  const setPolicy = (...statements: object[]) =>
    sns.send(
      new SetTopicAttributesCommand({
        TopicArn: TOPIC,
        AttributeName: 'Policy',
        AttributeValue: policyText(...statements),
      }),
    )

  beforeEach(async () => {
    await createTopic()
  })

  it('is missing by default for a role, and comes from its own policy', async () => {
    await expect(publish('x', {}, await roleClient())).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      message: expect.stringContaining(`is not authorized to perform: sns:Publish on resource: ${TOPIC}`),
    })
  })

  it('comes from the role’s own policy or from the topic’s, and either may deny', async () => {
    const client = await roleClient(statement)
    await publish('own', {}, client)

    const AWS = 'arn:aws:iam::000000000000:role/other'
    await setPolicy({
      Sid: 'Named',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sns:Publish',
      Resource: TOPIC,
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': AWS } },
    })
    await expect(publish('x', {}, client)).rejects.toThrow(/explicit deny in a resource-based policy/)
    await expect(publish('x')).rejects.toThrow(/user\/local is not authorized/)
  })

  it('is reported while nobody uses it', async () => {
    await setPolicy({ ...statement, Sid: 'Fn', Principal: { AWS: 'arn:aws:iam::000000000000:role/fn' } })
    const client = await roleClient()
    const unused = () => running.cloud.iam.unusedResourceGrants().filter(({ holder }) => holder === TOPIC)
    expect(unused()).toMatchObject([{ sid: 'Fn', action: 'sns:Publish' }])

    await publish('used', {}, client)
    expect(unused()).toEqual([])
  })
})
