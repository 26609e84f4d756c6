import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge'
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../../../../core/clock.ts'
import type { RunningCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { clientOptions, policyText, startTestCloud } from '../iam/fixtures.ts'
import { createReceivingFunction, type ReceivingFunction } from '../iam/receiving-function.ts'

const RULE = 'arn:aws:events:eu-central-1:000000000000:rule/labels'
const TOPIC = 'arn:aws:sns:eu-central-1:000000000000:alarms'
const EventPattern = JSON.stringify({
  source: ['aws.secretsmanager'],
  'detail-type': ['Secret Label Updated'],
  detail: { labelUpdated: ['AWSCURRENT', { prefix: 'GRACE-UNTIL-' }] },
})
let running: RunningCloud
let events: EventBridgeClient

beforeEach(async () => {
  running = await startTestCloud()
  events = new EventBridgeClient(clientOptions(running))
})

afterEach(async () => {
  events.destroy()
  await running.close()
})

const putRule = (more: object = {}) => events.send(new PutRuleCommand({ Name: 'labels', EventPattern, ...more }))
const putTargets = (...Targets: Target[]) => events.send(new PutTargetsCommand({ Rule: 'labels', Targets }))

async function emit(labelUpdated: string): Promise<void> {
  running.cloud.events.emit({
    source: 'aws.secretsmanager',
    detailType: 'Secret Label Updated',
    resources: ['arn:secret'],
    detail: { name: 'keyturn/dev/openai', labelUpdated, versionId: 'v1' },
  })
  await running.cloud.clock.idle()
}

const refusals = () =>
  running.cloud.journal
    .entries()
    .filter(({ action, outcome }) => action === 'lambda:InvokeFunction' && outcome === 'AccessDeniedException').length

describe('EventBridge rules (part of A9)', () => {
  it('are put and deleted, but not with targets', async () => {
    expect((await putRule({ Description: 'Labels', Tags: [{ Key: 'a', Value: '1' }] })).RuleArn).toBe(RULE)
    await putTargets({ Id: 'topic', Arn: TOPIC })

    await expect(events.send(new DeleteRuleCommand({ Name: 'labels' }))).rejects.toThrow(/since it has targets/)
    await events.send(new RemoveTargetsCommand({ Rule: 'labels', Ids: ['topic'] }))
    await events.send(new DeleteRuleCommand({ Name: 'labels' }))
    await expect(putTargets({ Id: 'topic', Arn: TOPIC })).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it.each([
    ['a pattern that is not JSON', { EventPattern: '{' }, 'InvalidEventPatternException'],
    ['neither pattern nor schedule', { EventPattern: undefined }, 'ValidationException'],
    ['a schedule that cannot be read', { ScheduleExpression: 'rate(1 days)' }, 'ValidationException'],
    ['another bus', { EventBusName: 'other' }, 'ValidationException'],
  ])('refuse %s', async (_, more, name) => {
    await expect(putRule(more)).rejects.toMatchObject({ name })
  })

  it('refuse a target that is neither function nor topic', async () => {
    await putRule()
    await expect(putTargets({ Id: 'q', Arn: 'arn:aws:sqs:eu-central-1:000000000000:q' })).rejects.toThrow(
      /Lambda functions and SNS topics/,
    )
  })
})

describe('delivery to a function (part of A9)', () => {
  let receiver: ReceivingFunction

  beforeEach(async () => {
    receiver = await createReceivingFunction(running)
    await putRule()
  })

  it('needs the function’s policy to let this rule in', async () => {
    await putTargets({ Id: 'fn', Arn: receiver.arn })
    await emit('AWSCURRENT')
    expect(receiver.received).toEqual([])
    expect(refusals()).toBe(1)

    await receiver.permit('events.amazonaws.com', RULE)
    await emit('GRACE-UNTIL-20261123T100000Z')
    await emit('OTHER')

    expect(receiver.received).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        'detail-type': 'Secret Label Updated',
        source: 'aws.secretsmanager',
        account: '000000000000',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        region: 'eu-central-1',
        resources: ['arn:secret'],
        detail: { name: 'keyturn/dev/openai', labelUpdated: 'GRACE-UNTIL-20261123T100000Z', versionId: 'v1' },
      },
    ])
    expect(refusals()).toBe(1)
  })

  it('may send a constant, a part, or a template of the event', async () => {
    await receiver.permit('events.amazonaws.com')
    await putTargets(
      { Id: 'constant', Arn: receiver.arn, Input: '{"run": true}' },
      { Id: 'part', Arn: receiver.arn, InputPath: '$.detail.name' },
      {
        Id: 'template',
        Arn: receiver.arn,
        InputTransformer: {
          InputPathsMap: { secret: '$.detail.name', first: '$.resources[0]', all: '$.detail', none: '$.nothing' },
          InputTemplate:
            '{"text": "of <secret> in <aws.events.rule-name>", "arn": <first>, "all": <all>, "none": "<none>"}',
        },
      },
    )
    await emit('AWSCURRENT')

    expect(receiver.received).toEqual([
      { run: true },
      'keyturn/dev/openai',
      {
        text: 'of keyturn/dev/openai in labels',
        arn: 'arn:secret',
        all: { name: 'keyturn/dev/openai', labelUpdated: 'AWSCURRENT', versionId: 'v1' },
        none: '',
      },
    ])
  })

  it('stops while the rule is disabled', async () => {
    await receiver.permit('events.amazonaws.com')
    await putTargets({ Id: 'fn', Arn: receiver.arn })
    await putRule({ State: 'DISABLED' })
    await emit('AWSCURRENT')
    expect(receiver.received).toEqual([])
  })

  it('happens on a schedule too', async () => {
    await receiver.permit('events.amazonaws.com')
    await putRule({ EventPattern: undefined, ScheduleExpression: 'rate(10 minutes)' })
    await putTargets({ Id: 'fn', Arn: receiver.arn })

    await running.cloud.clock.advance(35 * MINUTE)
    expect(receiver.received).toMatchObject(Array(3).fill({ source: 'aws.events', 'detail-type': 'Scheduled Event' }))

    await putRule({ EventPattern: undefined, ScheduleExpression: 'rate(10 minutes)', State: 'DISABLED' })
    await running.cloud.clock.advance(HOUR)
    expect(receiver.received).toHaveLength(3)
  })
})

describe('delivery to a topic (part of A9)', () => {
  it('needs the topic’s policy to let EventBridge publish', async () => {
    const sns = new SNSClient(clientOptions(running))
    await sns.send(new CreateTopicCommand({ Name: 'alarms' }))
    const policy = (Service: string) =>
      sns.send(
        new SetTopicAttributesCommand({
          TopicArn: TOPIC,
          AttributeName: 'Policy',
          AttributeValue: policyText({
            Sid: 'Events',
            Effect: 'Allow',
            Principal: { Service },
            Action: 'sns:Publish',
            Resource: TOPIC,
            Condition: { ArnEquals: { 'aws:SourceArn': RULE } },
          }),
        }),
      )
    await putRule()
    await putTargets({ Id: 'topic', Arn: TOPIC })
    const messages = () => running.cloud.state.sns.topics[TOPIC]?.messages ?? []

    await policy('cloudwatch.amazonaws.com')
    await emit('AWSCURRENT')
    expect(messages()).toEqual([])
    expect(running.cloud.journal.entries().at(-1)).toMatchObject({
      action: 'sns:Publish',
      principal: 'events.amazonaws.com',
      outcome: 'AccessDeniedException',
    })

    await policy('events.amazonaws.com')
    await emit('AWSCURRENT')
    expect(JSON.parse(messages()[0]?.message ?? '')).toMatchObject({ detail: { labelUpdated: 'AWSCURRENT' } })
  })
})
