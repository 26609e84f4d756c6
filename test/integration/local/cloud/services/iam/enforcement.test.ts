import { CloudWatchLogsClient, CreateLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR } from '../../../../../../core/clock.ts'
import { servicePrincipal } from '../../../../../../local/cloud/services/iam/types.ts'
import type { RunningCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { clientOptions, policyText, startTestCloud, trustService } from './fixtures.ts'

const ROLE = 'arn:aws:iam::000000000000:role/operator'
let running: RunningCloud
let iam: IAMClient

beforeEach(async () => {
  running = await startTestCloud()
  iam = new IAMClient(clientOptions(running))
})

afterEach(async () => {
  iam.destroy()
  await running.close()
})

const account = (action = 'sts:AssumeRole') =>
  policyText({ Sid: 'Account', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: action })

async function createOperator(trust: string, ...statements: object[]): Promise<void> {
  await iam.send(new CreateRoleCommand({ RoleName: 'operator', AssumeRolePolicyDocument: trust }))
  if (statements.length === 0) return
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'operator', PolicyName: 'own', PolicyDocument: policyText(...statements) }),
  )
}

const assumeOperator = () => running.cloud.iam.issueCredentials(ROLE, 'me')

const callAs = (credentials: object) =>
  new IAMClient(clientOptions(running, credentials)).send(new GetRoleCommand({ RoleName: 'operator' }))
const getRole = { Sid: 'Read', Effect: 'Allow', Action: ['iam:GetRole', 'iam:ListRolePolicies'], Resource: '*' }

describe('a call under a role (E)', () => {
  it('passes with the permission, and fails without, naming role, action and resource', async () => {
    await createOperator(account(), getRole)
    const operator = assumeOperator()
    expect((await callAs(operator)).Role?.Arn).toBe(ROLE)

    const without = policyText({ ...getRole, Action: 'iam:ListRolePolicies' })
    await iam.send(new PutRolePolicyCommand({ RoleName: 'operator', PolicyName: 'own', PolicyDocument: without }))

    await expect(callAs(operator)).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        'User: arn:aws:sts::000000000000:assumed-role/operator/me is not authorized to perform: iam:GetRole on ' +
        'resource: arn:aws:iam::000000000000:role/operator because no identity-based policy allows the iam:GetRole action',
    })
    expect(running.cloud.journal.entries().at(-1)).toMatchObject({
      role: 'operator',
      action: 'iam:GetRole',
      outcome: 'AccessDeniedException',
    })
  })

  it('passes by an AWS-managed policy that is attached, and by what that says only', async () => {
    await createOperator(account())
    const operator = assumeOperator()
    const logs = new CloudWatchLogsClient(clientOptions(running, operator))
    const create = () => logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/lambda/mine' }))
    await expect(create()).rejects.toMatchObject({ name: 'AccessDeniedException' })
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'operator', PolicyArn }))
    await create()
    await expect(logs.send(new DescribeLogGroupsCommand({}))).rejects.toMatchObject({ name: 'AccessDeniedException' })
    await expect(callAs(operator)).rejects.toMatchObject({ name: 'AccessDenied' })
    logs.destroy()
  })

  it('says who it is', async () => {
    await createOperator(account())
    const sts = new STSClient(clientOptions(running, assumeOperator()))

    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '000000000000',
      Arn: 'arn:aws:sts::000000000000:assumed-role/operator/me',
    })
  })

  it('fails once its credentials have expired', async () => {
    await createOperator(account(), getRole)
    const operator = assumeOperator()
    await running.cloud.clock.advance(HOUR)

    await expect(callAs(operator)).rejects.toMatchObject({ name: expect.stringMatching(/^ExpiredToken/) })
  })

  it('fails with a session token of another session, and with an unknown key', async () => {
    await createOperator(account(), getRole)
    const [one, other] = [assumeOperator(), assumeOperator()]

    const mixed = { ...one, sessionToken: (other as { sessionToken: string }).sessionToken }
    await expect(callAs(mixed)).rejects.toMatchObject({ name: 'UnrecognizedClientException' })
    await expect(callAs({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' })).rejects.toThrow(
      /AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local/,
    )
  })
})

describe('taking a role (E)', () => {
  it('by a service needs a trust policy that names the service', async () => {
    await createOperator(trustService('lambda.amazonaws.com'))
    const issue = (service: string) => running.cloud.iam.issueCredentials(ROLE, 'function', { service })

    expect(issue('lambda.amazonaws.com').accessKeyId).toMatch(/^ASIA/)
    expect(() => issue('ecs-tasks.amazonaws.com')).toThrow(
      'User: ecs-tasks.amazonaws.com is not authorized to perform: sts:AssumeRole',
    )
  })

  it('by a service can be bound to the account and the resource', async () => {
    const bound = policyText({
      Effect: 'Allow',
      Principal: { Service: 'scheduler.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': '000000000000' },
        ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:*:*:schedule/default/sweep' },
      },
    })
    await createOperator(bound)
    const assume = (schedule: string) =>
      running.cloud.iam.assume(ROLE, 'x', {
        service: 'scheduler.amazonaws.com',
        sourceArn: `arn:aws:scheduler:eu-central-1:000000000000:schedule/default/${schedule}`,
      })

    expect(assume('sweep').roleName).toBe('operator')
    expect(() => assume('other')).toThrow(/not authorized/)
  })
})

describe('the use report (E)', () => {
  const shown = ({
    holder,
    sid,
    action,
    resource,
  }: {
    holder: string
    sid: string
    action: string
    resource: string
  }) => [holder, sid, action, resource].join(' ')

  it('lists every granted action that no call has used', async () => {
    await createOperator(account(), getRole)
    const { iam: evaluator } = running.cloud
    expect(evaluator.unusedGrants().map(shown)).toEqual([
      'operator Read iam:GetRole *',
      'operator Read iam:ListRolePolicies *',
    ])

    await callAs(assumeOperator())

    expect(evaluator.unusedGrants().map(shown)).toEqual(['operator Read iam:ListRolePolicies *'])
    expect(evaluator.grants()).toHaveLength(2)
    const answer = await fetch(`${running.url}/_keyturn/iam/unused`)
    expect(await answer.json()).toMatchObject({ roles: [{ action: 'iam:ListRolePolicies' }] })
  })

  it('covers trust policies and the policies of other resources', async () => {
    await createOperator(trustService('lambda.amazonaws.com'))
    const { iam: evaluator } = running.cloud
    const resource = 'arn:aws:sns:eu-central-1:000000000000:topic'
    const document = {
      version: '2012-10-17',
      statements: [
        {
          sid: 'Publish',
          effect: 'Allow' as const,
          actions: { negated: false, values: ['sns:Publish', 'sns:Subscribe'] },
          resources: { negated: false, values: ['*'] },
          principals: { negated: false, entries: [{ type: 'Service', value: 'events.amazonaws.com' }] },
          conditions: [],
        },
      ],
    }
    evaluator.watchResourcePolicies(() => [{ resource, document }])
    expect(evaluator.unusedResourceGrants().map(shown)).toEqual([
      `${ROLE} Trust sts:AssumeRole *`,
      `${resource} Publish sns:Publish *`,
      `${resource} Publish sns:Subscribe *`,
    ])

    evaluator.authorize(servicePrincipal('events.amazonaws.com', '000000000000'), 'sns:Publish', resource, {}, document)
    evaluator.issueCredentials(ROLE, 'function', { service: 'lambda.amazonaws.com' })

    expect(evaluator.unusedResourceGrants().map(shown)).toEqual([`${resource} Publish sns:Subscribe *`])
  })

  it('does not count what the administrator does', async () => {
    await createOperator(account(), getRole)
    await iam.send(new GetRoleCommand({ RoleName: 'operator' }))
    expect(running.cloud.iam.unusedGrants()).toHaveLength(2)
  })
})
