import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { GetFunctionEventInvokeConfigCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { cloudwatch, iam, lambda, scheduler, sns } from '@pulumi/aws'
import { asset } from '@pulumi/pulumi'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningCloud, startCloud } from '../../../../local/cloud/start-cloud.ts'
import { applyTo, clientOptions, touched } from '../../../helpers/apply/apply-to.ts'

let cloud: RunningCloud
beforeEach(async () => {
  cloud = await startCloud({ port: 0 })
})
afterEach(() => cloud.close())

const apply = applyTo(() => cloud)

const trust = (service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  })

const allow = (action: string, resource: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'Allowed', Effect: 'Allow', Action: action, Resource: resource }],
  })

describe('applyStack: log groups', () => {
  const logs = (retentionInDays: number) => async () => {
    const group = new cloudwatch.LogGroup('logs', { name: '/keyturn/logs', retentionInDays })
    return { arn: group.arn }
  }

  it('keeps a log group for the time the program says, and removes it with the program', async () => {
    const client = new CloudWatchLogsClient(clientOptions(cloud))
    const groups = async () => (await client.send(new DescribeLogGroupsCommand({}))).logGroups ?? []

    const first = await apply(logs(30))
    expect(await groups()).toMatchObject([{ logGroupName: '/keyturn/logs', retentionInDays: 30 }])
    expect(first.outputs.arn).toBe('arn:aws:logs:eu-central-1:000000000000:log-group:/keyturn/logs')
    const second = await apply(logs(7), { state: first.state })
    expect(touched(second)).toEqual(['update logs'])
    expect(await groups()).toMatchObject([{ retentionInDays: 7 }])
    await apply(async () => ({}), { state: second.state })
    expect(await groups()).toEqual([])
    client.destroy()
  })
})

describe('applyStack: topics', () => {
  const allowRoot = (action: string, arn: string) =>
    allow(action, arn).replace('"Effect"', '"Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Effect"')

  const topic = (displayName: string, action: string) => async () => {
    const made = new sns.Topic('topic', { name: 'keyturn-alerts', displayName })
    new sns.TopicPolicy('policy', { arn: made.arn, policy: made.arn.apply((arn) => allowRoot(action, arn)) })
    return { arn: made.arn }
  }

  it('makes a topic with its policy, and changes both in place', async () => {
    const first = await apply(topic('Alerts', 'sns:Publish'))
    const TopicArn = String(first.outputs.arn)
    const second = await apply(topic('Alarms', 'sns:Subscribe'), { state: first.state })
    expect(touched(second)).toEqual(['update topic', 'update policy'])
    const { topics } = cloud.cloud.state.sns
    expect(topics[TopicArn]?.attributes.DisplayName).toBe('Alarms')
    expect(JSON.parse(topics[TopicArn]?.attributes.Policy ?? '').Statement[0].Action).toBe('sns:Subscribe')

    await apply(async () => ({}), { state: second.state })
    expect(topics).toEqual({})
  })
})

describe('applyStack: schedules and failure destinations', () => {
  const sweep = (scheduleExpression: string, maximumRetryAttempts: number) => async () => {
    const topic = new sns.Topic('topic', { name: 'keyturn-failures' })
    const role = new iam.Role('role', { name: 'sweep', assumeRolePolicy: trust('lambda.amazonaws.com') })
    const publish = new iam.RolePolicy('publish', {
      role: role.id,
      name: 'publish',
      policy: topic.arn.apply((arn) => allow('sns:Publish', arn)),
    })
    const worker = new lambda.Function(
      'sweep',
      {
        name: 'sweep',
        role: role.arn,
        runtime: 'nodejs24.x',
        handler: 'index.handler',
        code: new asset.AssetArchive({ 'index.cjs': new asset.StringAsset('exports.handler = async () => 1') }),
      },
      { dependsOn: publish },
    )
    new lambda.FunctionEventInvokeConfig('failures', {
      functionName: worker.name,
      maximumRetryAttempts,
      destinationConfig: { onFailure: { destination: topic.arn } },
    })
    const caller = new iam.Role('caller', { name: 'caller', assumeRolePolicy: trust('scheduler.amazonaws.com') })
    new scheduler.Schedule('schedule', {
      name: 'sweep',
      scheduleExpression,
      flexibleTimeWindow: { mode: 'OFF' },
      target: { arn: worker.arn, roleArn: caller.arn, retryPolicy: { maximumRetryAttempts: 3 } },
    })
    return { topic: topic.arn }
  }

  it('A5: sets a schedule under its role, and moves it in place', async () => {
    const client = new SchedulerClient(clientOptions(cloud))
    const first = await apply(sweep('rate(5 minutes)', 2))
    const second = await apply(sweep('rate(10 minutes)', 2), { state: first.state })
    expect(touched(second)).toEqual(['update schedule'])
    const schedule = await client.send(new GetScheduleCommand({ Name: 'sweep' }))
    expect(schedule).toMatchObject({
      ScheduleExpression: 'rate(10 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'arn:aws:lambda:eu-central-1:000000000000:function:sweep',
        RoleArn: 'arn:aws:iam::000000000000:role/caller',
        RetryPolicy: { MaximumRetryAttempts: 3 },
      },
    })
    await apply(async () => ({}), { state: second.state })
    await expect(client.send(new GetScheduleCommand({ Name: 'sweep' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    client.destroy()
  })

  it('part of A3: names where events go that failed for good, and changes how often they are tried', async () => {
    const client = new LambdaClient(clientOptions(cloud))
    const first = await apply(sweep('rate(5 minutes)', 2))
    const second = await apply(sweep('rate(5 minutes)', 1), { state: first.state })
    expect(touched(second)).toEqual(['update failures'])
    const config = await client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'sweep' }))
    expect(config).toMatchObject({
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: first.outputs.topic } },
    })
    client.destroy()
  })
})
