import { CloudWatchLogsClient, CreateLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
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

async function assumeOperator(): Promise<object> {
  const sts = new STSClient(clientOptions(running))
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'me' }))
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
}

const callAs = (credentials: object) =>
  new IAMClient(clientOptions(running, credentials)).send(new ListRolesCommand({}))
const listRoles = { Sid: 'List', Effect: 'Allow', Action: ['iam:ListRoles', 'iam:GetRole'], Resource: '*' }

describe('a call under a role (E)', () => {
  it('passes with the permission, and fails without, naming role, action and resource', async () => {
    await createOperator(account(), listRoles)
    const operator = await assumeOperator()
    expect((await callAs(operator)).Roles).toHaveLength(1)

    const without = policyText({ ...listRoles, Action: 'iam:GetRole' })
    await iam.send(new PutRolePolicyCommand({ RoleName: 'operator', PolicyName: 'own', PolicyDocument: without }))

    await expect(callAs(operator)).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        'User: arn:aws:sts::000000000000:assumed-role/operator/me is not authorized to perform: iam:ListRoles on ' +
        'resource: arn:aws:iam::000000000000:role/ because no identity-based policy allows the iam:ListRoles action',
    })
    expect(running.cloud.journal.entries().at(-1)).toMatchObject({
      role: 'operator',
      action: 'iam:ListRoles',
      outcome: 'AccessDeniedException',
    })
  })

  it('passes by an AWS-managed policy that is attached, and by what that says only', async () => {
    await createOperator(account())
    const operator = await assumeOperator()
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
    const sts = new STSClient(clientOptions(running, await assumeOperator()))

    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '000000000000',
      Arn: 'arn:aws:sts::000000000000:assumed-role/operator/me',
    })
  })

  it('fails once its credentials have expired', async () => {
    await createOperator(account(), listRoles)
    const operator = await assumeOperator()
    await running.cloud.clock.advance(HOUR)

    await expect(callAs(operator)).rejects.toMatchObject({ name: expect.stringMatching(/^ExpiredToken/) })
  })

  it('fails with a session token of another session, and with an unknown key', async () => {
    await createOperator(account(), listRoles)
    const [one, other] = [await assumeOperator(), await assumeOperator()]

    const mixed = { ...one, sessionToken: (other as { sessionToken: string }).sessionToken }
    await expect(callAs(mixed)).rejects.toMatchObject({ name: 'UnrecognizedClientException' })
    await expect(callAs({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' })).rejects.toThrow(
      /AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local/,
    )
  })
})

describe('taking a role (E)', () => {
  it('needs a trust policy that names the caller or its account', async () => {
    await createOperator(trustService('lambda.amazonaws.com'))
    await expect(assumeOperator()).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  it('is refused for a role that does not exist, in the same words', async () => {
    await expect(assumeOperator()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`not authorized to perform: sts:AssumeRole on resource: ${ROLE}`),
    })
  })

  it.each([
    [
      'no-role',
      "1 validation error detected: Value 'no-role' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
    ],
    ['not-an-arn-but-long-enough', 'not-an-arn-but-long-enough is invalid'],
    ['arn:aws:iam::000000000000:user/operator', 'Request ARN is invalid'],
    ['arn:aws:iam::zero:role/operator', 'Request ARN is invalid'],
  ])('is refused for %s, which is no role’s ARN', async (RoleArn, message) => {
    await createOperator(account())
    const sts = new STSClient(clientOptions(running))
    const assume = sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' }))
    await expect(assume).rejects.toMatchObject({ name: 'ValidationError', message, $metadata: { httpStatusCode: 400 } })
    const elsewhere = { RoleArn: 'arn:aws:iam::111111111111:role/operator', RoleSessionName: 'me' }
    await expect(sts.send(new AssumeRoleCommand(elsewhere))).rejects.toMatchObject({ name: 'AccessDenied' })
  })

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
    await createOperator(account(), listRoles)
    const { iam: evaluator } = running.cloud
    expect(evaluator.unusedGrants().map(shown)).toEqual([
      'operator List iam:ListRoles *',
      'operator List iam:GetRole *',
    ])

    await callAs(await assumeOperator())

    expect(evaluator.unusedGrants().map(shown)).toEqual(['operator List iam:GetRole *'])
    expect(evaluator.grants()).toHaveLength(2)
    const answer = await fetch(`${running.url}/_keyturn/iam/unused`)
    expect(await answer.json()).toMatchObject({ roles: [{ action: 'iam:GetRole' }] })
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
    await createOperator(account(), listRoles)
    await iam.send(new ListRolesCommand({}))
    expect(running.cloud.iam.unusedGrants()).toHaveLength(2)
  })
})
