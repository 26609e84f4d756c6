import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunningCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { clientOptions, policyText, startTestCloud, trustService } from './fixtures.ts'

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

const createRole = (RoleName: string, more: object = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustService('lambda.amazonaws.com'), ...more }))
const policy = policyText({ Sid: 'Decrypt', Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' })

describe('IAM roles (E)', () => {
  it('are created, read back, changed and deleted', async () => {
    const created = await createRole('rotator', {
      Path: '/keyturn/',
      Tags: [{ Key: 'stack', Value: 'dev' }],
      Description: 'Rotates',
      MaxSessionDuration: 7200,
    })
    await iam.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: 'rotator',
        PolicyDocument: trustService('ecs-tasks.amazonaws.com'),
      }),
    )

    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'rotator' }))
    expect(created.Role?.Arn).toBe('arn:aws:iam::000000000000:role/keyturn/rotator')
    expect(Role).toMatchObject({
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Description: 'Rotates',
      MaxSessionDuration: 7200,
      CreateDate: expect.any(Date),
      Tags: [{ Key: 'stack', Value: 'dev' }],
    })
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trustService('ecs-tasks.amazonaws.com'))

    await iam.send(new DeleteRoleCommand({ RoleName: 'rotator' }))
    await expect(iam.send(new GetRoleCommand({ RoleName: 'rotator' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The role with name rotator cannot be found.',
    })
  })

  it('carry inline policies and cannot be deleted before them', async () => {
    await createRole('rotator')
    await iam.send(new PutRolePolicyCommand({ RoleName: 'rotator', PolicyName: 'own', PolicyDocument: policy }))

    const read = await iam.send(new GetRolePolicyCommand({ RoleName: 'rotator', PolicyName: 'own' }))
    expect(decodeURIComponent(read.PolicyDocument ?? '')).toBe(policy)
    expect((await iam.send(new ListRolePoliciesCommand({ RoleName: 'rotator' }))).PolicyNames).toEqual(['own'])
    await expect(iam.send(new DeleteRoleCommand({ RoleName: 'rotator' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    })

    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'rotator', PolicyName: 'own' }))
    await expect(iam.send(new GetRolePolicyCommand({ RoleName: 'rotator', PolicyName: 'own' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    })
    await iam.send(new DeleteRoleCommand({ RoleName: 'rotator' }))
  })

  it.each([
    'service-role/AWSLambdaBasicExecutionRole',
    'service-role/AWSLambdaVPCAccessExecutionRole',
    'service-role/AmazonECSTaskExecutionRolePolicy',
    'AWSXRayDaemonWriteAccess',
    'AdministratorAccess',
  ])('carry AWS’s own %s by its ARN', async (pathAndName) => {
    await createRole('rotator')
    const PolicyArn = `arn:aws:iam::aws:policy/${pathAndName}`
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'rotator', PolicyArn }))
    const listed = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'rotator' }))
    expect(listed.AttachedPolicies).toEqual([{ PolicyName: pathAndName.split('/').at(-1), PolicyArn }])
    await iam.send(new DetachRolePolicyCommand({ RoleName: 'rotator', PolicyArn }))
    const left = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'rotator' }))
    expect(left.AttachedPolicies ?? []).toEqual([])
  })

  it.each([
    ['a second role of the same name', () => createRole('taken'), 'EntityAlreadyExistsException'],
    [
      'a trust policy without a principal',
      () => createRole('r', { AssumeRolePolicyDocument: policy }),
      'MalformedPolicyDocumentException',
    ],
    [
      'an identity policy with a principal',
      () =>
        iam.send(
          new PutRolePolicyCommand({
            RoleName: 'taken',
            PolicyName: 'p',
            PolicyDocument: trustService('lambda.amazonaws.com'),
          }),
        ),
      'MalformedPolicyDocumentException',
    ],
    [
      'a policy of the account, which the local cloud does not have',
      () =>
        iam.send(new AttachRolePolicyCommand({ RoleName: 'taken', PolicyArn: 'arn:aws:iam::000000000000:policy/own' })),
      'NoSuchEntityException',
    ],
    [
      'an AWS-managed policy that is not known here',
      () =>
        iam.send(
          new AttachRolePolicyCommand({ RoleName: 'taken', PolicyArn: 'arn:aws:iam::aws:policy/job-function/Billing' }),
        ),
      'NoSuchEntityException',
    ],
    ['a name with a space', () => createRole('my role'), 'ValidationError'],
    ['a boundary, which is not evaluated', () => createRole('r', { PermissionsBoundary: 'arn:x' }), 'ValidationError'],
  ])('refuse %s', async (_, call, name) => {
    await createRole('taken')
    await expect(call()).rejects.toMatchObject({ name })
  })
})
