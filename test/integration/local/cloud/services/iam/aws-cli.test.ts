import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { awsCli, type CliResult, withAwsCli } from '../../../../../helpers/aws-cli.ts'
import { policyText, startTestCloud, trustService } from './fixtures.ts'

let running: RunningCloud
let aws: (...args: string[]) => Promise<CliResult>

beforeAll(async () => {
  running = await startTestCloud()
  if (withAwsCli) aws = awsCli(running.url)
})

afterAll(() => running.close())

async function json(...args: string[]) {
  const { status, stdout, stderr } = await aws(...args)
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout === '' ? undefined : JSON.parse(stdout)
}

describe.runIf(withAwsCli)('the AWS CLI on the local cloud (E)', () => {
  it('takes an action away from a role', async () => {
    const own = ['--role-name', 'fn', '--policy-name', 'own']
    const allow = (Action: string) => policyText({ Sid: 'S', Effect: 'Allow', Action, Resource: '*' })
    await json(
      'iam',
      'create-role',
      '--role-name',
      'fn',
      '--assume-role-policy-document',
      trustService('lambda.amazonaws.com'),
    )
    await json('iam', 'put-role-policy', ...own, '--policy-document', allow('kms:*'))
    await json('iam', 'put-role-policy', ...own, '--policy-document', allow('kms:Decrypt'))

    expect((await json('iam', 'get-role-policy', ...own)).PolicyDocument.Statement[0].Action).toBe('kms:Decrypt')
    const { Role } = await json('iam', 'get-role', '--role-name', 'fn')
    expect(Role.AssumeRolePolicyDocument.Statement[0].Sid).toBe('Trust')
    expect(running.cloud.iam.grants().map(({ action }) => action)).toEqual(['kms:Decrypt'])
  })

  it('says who it is', async () => {
    expect((await json('sts', 'get-caller-identity')).Arn).toBe('arn:aws:iam::000000000000:user/local')
  })

  it('publishes to a topic', async () => {
    const { TopicArn } = await json('sns', 'create-topic', '--name', 'alarms', '--attributes', 'DisplayName=Alarms')
    await json('sns', 'publish', '--topic-arn', TopicArn, '--message', 'a & b <c>')
    expect(running.cloud.state.sns.topics[TopicArn]?.messages[0]?.message).toBe('a & b <c>')
  })

  it('reads logs', async () => {
    await json('logs', 'create-log-group', '--log-group-name', 'g')
    await json('logs', 'create-log-stream', '--log-group-name', 'g', '--log-stream-name', 's')
    const timestamp = running.cloud.clock.now().getTime()
    const events = JSON.stringify([{ timestamp, message: 'hello' }])
    await json('logs', 'put-log-events', '--log-group-name', 'g', '--log-stream-name', 's', '--log-events', events)

    const tail = await aws('logs', 'tail', 'g', '--since', '1h', '--format', 'short')
    expect(tail.stdout).toContain('hello')
  })

  it('puts a rule and its targets', async () => {
    const { RuleArn } = await json('events', 'put-rule', '--name', 'r', '--event-pattern', '{"source": ["keyturn"]}')
    expect(RuleArn).toBe('arn:aws:events:eu-central-1:000000000000:rule/r')
    const targets = 'Id=fn,Arn=arn:aws:lambda:eu-central-1:000000000000:function:f'
    expect((await json('events', 'put-targets', '--rule', 'r', '--targets', targets)).FailedEntryCount).toBe(0)
  })

  it('makes and reads a schedule', async () => {
    const target = 'Arn=arn:aws:lambda:eu-central-1:000000000000:function:f,RoleArn=arn:aws:iam::000000000000:role/fn'
    const settings = [
      '--schedule-expression',
      'cron(0 3 * * ? *)',
      '--flexible-time-window',
      'Mode=OFF',
      '--target',
      target,
    ]
    await json('scheduler', 'create-schedule', '--name', 's', ...settings)
    expect((await json('scheduler', 'get-schedule', '--name', 's')).ScheduleExpression).toBe('cron(0 3 * * ? *)')
  })

  it('is told by name what is not implemented', async () => {
    const { status, stderr } = await aws('iam', 'list-users')
    expect(status).not.toBe(0)
    expect(stderr).toContain('iam.ListUsers is not implemented by the local cloud')
  })
})
