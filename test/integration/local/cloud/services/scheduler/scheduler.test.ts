import { CreateRoleCommand, IAMClient, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../../../../core/clock.ts'
import { createMovableClock } from '../../../../../../local/cloud/clock.ts'
import type { RunningCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { clientOptions, policyText, startTestCloud, trustService } from '../iam/fixtures.ts'
import { createReceivingFunction, type ReceivingFunction } from '../iam/receiving-function.ts'

const ROLE = 'arn:aws:iam::000000000000:role/schedule'
const START = new Date('2026-11-22T03:30:00Z')
let running: RunningCloud
let scheduler: SchedulerClient
let iam: IAMClient
let receiver: ReceivingFunction

beforeEach(async () => {
  running = await startTestCloud({ clock: createMovableClock({ start: START, frozen: true }) })
  scheduler = new SchedulerClient(clientOptions(running))
  iam = new IAMClient(clientOptions(running))
  receiver = await createReceivingFunction(running)
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'schedule',
      AssumeRolePolicyDocument: trustService('scheduler.amazonaws.com'),
    }),
  )
  await allow('lambda:InvokeFunction')
})

afterEach(async () => {
  scheduler.destroy()
  iam.destroy()
  await running.close()
})

const allow = (Action: string) =>
  iam.send(
    new PutRolePolicyCommand({
      RoleName: 'schedule',
      PolicyName: 'own',
      PolicyDocument: policyText({ Sid: 'Start', Effect: 'Allow', Action, Resource: receiver.arn }),
    }),
  )
const trust = (document: string) =>
  iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'schedule', PolicyDocument: document }))
const schedule = (ScheduleExpression: string, more: object = {}, target: object = {}) => ({
  Name: 'sweep',
  ScheduleExpression,
  FlexibleTimeWindow: { Mode: 'OFF' as const },
  Target: { Arn: receiver.arn, RoleArn: ROLE, Input: '"<aws.scheduler.scheduled-time>"', ...target },
  ...more,
})
const create = (expression: string, more: object = {}, target: object = {}) =>
  scheduler.send(new CreateScheduleCommand(schedule(expression, more, target)))
const advance = (ms: number): Promise<void> => running.cloud.clock.advance(ms)

describe('a schedule (A5)', () => {
  it('at a rate fires at once and then at each interval', async () => {
    await create('rate(5 minutes)')
    await advance(11 * MINUTE)
    expect(receiver.received).toEqual(['2026-11-22T03:30:00Z', '2026-11-22T03:35:00Z', '2026-11-22T03:40:00Z'])
  })

  it('waits for its start date and stops at its end date', async () => {
    const at = (ms: number) => new Date(START.getTime() + ms)
    await create('rate(1 hour)', { StartDate: at(2 * HOUR), EndDate: at(3 * HOUR) })
    await advance(DAY)
    expect(receiver.received).toEqual(['2026-11-22T05:30:00Z', '2026-11-22T06:30:00Z'])
  })

  it('by cron fires in its time zone', async () => {
    await create('cron(0 9 ? * MON-FRI *)', { ScheduleExpressionTimezone: 'Europe/Berlin' })
    await advance(2 * DAY)
    expect(receiver.received).toEqual(['2026-11-23T08:00:00Z'])
  })

  it('once fires once, and goes when asked to', async () => {
    await create('at(2026-11-22T04:00:00)', { ActionAfterCompletion: 'DELETE' })
    await advance(DAY)
    expect(receiver.received).toEqual(['2026-11-22T04:00:00Z'])
    await expect(scheduler.send(new GetScheduleCommand({ Name: 'sweep' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  it('sends AWS’s own event when it has no input', async () => {
    await create('at(2026-11-22T04:00:00)', {}, { Input: undefined })
    await advance(HOUR)
    expect(receiver.received).toMatchObject([
      {
        source: 'aws.scheduler',
        'detail-type': 'Scheduled Event',
        time: '2026-11-22T04:00:00Z',
        resources: ['arn:aws:scheduler:eu-central-1:000000000000:schedule/default/sweep'],
      },
    ])
  })

  it('is read, changed and deleted', async () => {
    const { ScheduleArn } = await create('rate(5 minutes)', { Description: 'Sweeps', State: 'DISABLED' })
    expect(ScheduleArn).toBe('arn:aws:scheduler:eu-central-1:000000000000:schedule/default/sweep')
    await advance(HOUR)
    expect(receiver.received).toEqual([])

    await scheduler.send(new UpdateScheduleCommand(schedule('rate(20 minutes)')))
    expect(await scheduler.send(new GetScheduleCommand({ Name: 'sweep' }))).toMatchObject({
      Arn: ScheduleArn,
      ScheduleExpression: 'rate(20 minutes)',
      State: 'ENABLED',
      GroupName: 'default',
      CreationDate: START,
      Target: { Arn: receiver.arn, RoleArn: ROLE, RetryPolicy: { MaximumRetryAttempts: 185 } },
    })
    await advance(HOUR)
    expect(receiver.received).toHaveLength(3)

    await scheduler.send(new DeleteScheduleCommand({ Name: 'sweep' }))
    await advance(HOUR)
    expect(receiver.received).toHaveLength(3)
    await expect(scheduler.send(new GetScheduleCommand({ Name: 'sweep' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  it.each([
    [
      'an expression that cannot be read',
      { ScheduleExpression: 'rate(5 minute)' },
      /Invalid Schedule Expression.*Allowed/,
    ],
    [
      'a flexible window',
      { FlexibleTimeWindow: { Mode: 'FLEXIBLE' as const, MaximumWindowInMinutes: 5 } },
      /only OFF is implemented/,
    ],
    ['another group', { GroupName: 'other' }, /one schedule group: default/],
    [
      'a queue as target',
      { Target: { Arn: 'arn:aws:sqs:eu-central-1:000000000000:q', RoleArn: ROLE } },
      /invokes Lambda functions/,
    ],
  ])('is refused with %s', async (_, more, message) => {
    await expect(create('rate(5 minutes)', more)).rejects.toThrow(message)
  })

  it('is refused a second time', async () => {
    await create('rate(5 minutes)')
    await expect(create('rate(5 minutes)')).rejects.toMatchObject({ name: 'ConflictException' })
  })
})

describe('a schedule’s role (A5)', () => {
  it('must let the schedule invoke: a refusal is retried until the policy allows it', async () => {
    await allow('lambda:GetFunction')
    await create('at(2026-11-22T04:00:00)')
    await advance(HOUR)
    expect(receiver.received).toEqual([])
    expect(running.cloud.journal.entries().at(-1)).toMatchObject({
      operation: 'Invoke',
      role: 'schedule',
      resource: receiver.arn,
      outcome: 'AccessDeniedException',
    })

    await allow('lambda:InvokeFunction')
    await advance(HOUR)
    expect(receiver.received).toEqual(['2026-11-22T04:00:00Z'])
  })

  it('must trust Scheduler, for this account’s group of schedules', async () => {
    const retries = { RetryPolicy: { MaximumRetryAttempts: 0 } }
    await trust(trustService('lambda.amazonaws.com'))
    await create('cron(0 * * * ? *)', {}, retries)
    await advance(HOUR)
    expect(receiver.received).toEqual([])

    await trust(
      policyText({
        Effect: 'Allow',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '000000000000' },
          ArnEquals: { 'aws:SourceArn': 'arn:aws:scheduler:eu-central-1:000000000000:schedule-group/default' },
        },
      }),
    )
    await advance(HOUR)
    expect(receiver.received).toEqual(['2026-11-22T05:00:00Z'])
  })

  it('has its one permission reported as unused until the schedule fires', async () => {
    const unused = () => running.cloud.iam.unusedGrants().map(({ holder, action }) => `${holder} ${action}`)
    await create('at(2026-11-22T04:00:00)')
    expect(unused()).toEqual(['schedule lambda:InvokeFunction'])
    await advance(HOUR)
    expect(unused()).toEqual([])
  })
})
