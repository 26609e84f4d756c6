import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { expect, test } from 'vitest'
import { DAY } from '../../../../../../core/clock.ts'
import { startTestCloud, stubFunction, type TestCloud } from '../../../../../helpers/local-cloud.ts'

const token = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`

/** One call as a client writes it that is no SDK. */
async function raw({ url }: TestCloud, operation: string, body: object) {
  const scope = 'local/20261122/eu-central-1/secretsmanager/aws4_request'
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
}

async function labelsOf({ secrets }: TestCloud, SecretId: string) {
  return (await secrets.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages ?? {}
}

test('a value put over a version with AWSCURRENT and AWSPENDING leaves AWSPREVIOUS alone on it, and rotation goes on', async () => {
  let local: TestCloud
  const rotate = stubFunction(async ({ Step, SecretId, ClientRequestToken }) => {
    if (Step === 'createSecret') {
      const VersionStages = ['AWSPENDING']
      await local.secrets.send(
        new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString: 'rotated', VersionStages }),
      )
    }
    if (Step === 'finishSecret') {
      const [current] = Object.entries(await labelsOf(local, SecretId)).find(([, l]) => l.includes('AWSCURRENT')) ?? []
      await local.secrets.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: ClientRequestToken,
          RemoveFromVersionId: current,
        }),
      )
    }
  })
  local = await startTestCloud({ wiring: rotate.wiring })
  const { secrets } = local
  const SecretId = 'app'
  await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'one', ClientRequestToken: token(1) }))
  await secrets.send(
    new PutSecretValueCommand({
      SecretId,
      SecretString: 'two',
      ClientRequestToken: token(2),
      VersionStages: ['AWSCURRENT', 'AWSPENDING', 'GRACE'],
    }),
  )
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'three', ClientRequestToken: token(3) }))
  expect(await labelsOf(local, SecretId)).toEqual({ [token(2)]: ['GRACE', 'AWSPREVIOUS'], [token(3)]: ['AWSCURRENT'] })

  await secrets.send(new RotateSecretCommand({ SecretId, RotationLambdaARN: rotate.arn, ClientRequestToken: token(4) }))
  await local.cloud.rotations.idle()
  expect((await labelsOf(local, SecretId))[token(4)]).toEqual(['AWSCURRENT'])
})

test('a value put while another version is AWSPENDING leaves that one pending', async () => {
  const local = await startTestCloud()
  const { secrets } = local
  const SecretId = 'app'
  await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'one', ClientRequestToken: token(1) }))
  const put = (n: number, VersionStages?: string[]) =>
    secrets.send(
      new PutSecretValueCommand({ SecretId, SecretString: `${n}`, ClientRequestToken: token(n), VersionStages }),
    )
  await put(2, ['AWSPENDING'])
  await put(3)
  expect(await labelsOf(local, SecretId)).toEqual({
    [token(1)]: ['AWSPREVIOUS'],
    [token(2)]: ['AWSPENDING'],
    [token(3)]: ['AWSCURRENT'],
  })
})

test('a policy for everybody is taken, unless BlockPublicPolicy is asked for', async () => {
  const { secrets } = await startTestCloud()
  await secrets.send(new CreateSecretCommand({ Name: 'app', SecretString: 'v' }))
  const ResourcePolicy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' }],
  })
  const put = (BlockPublicPolicy?: boolean) =>
    secrets.send(new PutResourcePolicyCommand({ SecretId: 'app', ResourcePolicy, BlockPublicPolicy }))
  await put()
  await put(false)
  await expect(put(true)).rejects.toMatchObject({ name: 'PublicPolicyException' })
})

test('secrets are listed oldest first, or the other way round when asked', async () => {
  const { secrets, cloud } = await startTestCloud()
  for (const Name of ['c', 'a', 'b']) {
    await secrets.send(new CreateSecretCommand({ Name, SecretString: 'v' }))
    await cloud.clock.advance(DAY)
  }
  const names = async (input = {}) =>
    (await secrets.send(new ListSecretsCommand(input))).SecretList?.map(({ Name }) => Name)
  expect(await names()).toEqual(['c', 'a', 'b'])
  expect(await names({ SortOrder: 'desc' })).toEqual(['b', 'a', 'c'])
  expect(await names({ SortBy: 'name' })).toEqual(['a', 'b', 'c'])
})

test('a description is found by its words, in whatever order and case, and not by what stands inside of one', async () => {
  const { secrets } = await startTestCloud()
  const Description = 'Key of the mobile App'
  await secrets.send(new CreateSecretCommand({ Name: 'x', SecretString: 'v', Description }))
  const found = async (...Values: string[]) =>
    (await secrets.send(new ListSecretsCommand({ Filters: [{ Key: 'description', Values }] }))).SecretList?.length
  for (const value of ['key', 'mobile', 'app mobile', 'MOB', 'Key of']) expect(await found(value), value).toBe(1)
  for (const value of ['obile', 'mobile desktop', '!mobile']) expect(await found(value), value).toBe(0)
})

test('RotateSecret with a function that is not there is denied, in the words of one that does not let it in', async () => {
  const { secrets } = await startTestCloud({ wiring: stubFunction(async () => null).wiring })
  await secrets.send(new CreateSecretCommand({ Name: 'app', SecretString: 'v' }))
  const RotationLambdaARN = 'arn:aws:lambda:eu-central-1:000000000000:function:nobody'
  await expect(secrets.send(new RotateSecretCommand({ SecretId: 'app', RotationLambdaARN }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message:
      'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
  })
})

test('a malformed name is refused by every operation, a forced deletion among them', async () => {
  const { secrets } = await startTestCloud()
  const SecretId = 'no such: name?'
  const calls = {
    create: () => secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'v' })),
    describe: () => secrets.send(new DescribeSecretCommand({ SecretId })),
    get: () => secrets.send(new GetSecretValueCommand({ SecretId })),
    put: () => secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'v' })),
    update: () => secrets.send(new UpdateSecretCommand({ SecretId, SecretString: 'v' })),
    delete: () => secrets.send(new DeleteSecretCommand({ SecretId })),
    'force delete': () => secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
    restore: () => secrets.send(new RestoreSecretCommand({ SecretId })),
    rotate: () => secrets.send(new RotateSecretCommand({ SecretId })),
    'cancel rotation': () => secrets.send(new CancelRotateSecretCommand({ SecretId })),
    'list versions': () => secrets.send(new ListSecretVersionIdsCommand({ SecretId })),
    'get policy': () => secrets.send(new GetResourcePolicyCommand({ SecretId })),
    'put policy': () => secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: '{}' })),
    'delete policy': () => secrets.send(new DeleteResourcePolicyCommand({ SecretId })),
    tag: () => secrets.send(new TagResourceCommand({ SecretId, Tags: [] })),
    untag: () => secrets.send(new UntagResourceCommand({ SecretId, TagKeys: [] })),
    'move a label': () =>
      secrets.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'X', MoveToVersionId: token(1) })),
  }
  for (const [what, call] of Object.entries(calls)) {
    await expect(call(), what).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    })
  }
  // Names of AWS's own services have an exclamation mark: no such secret, but a name.
  await expect(secrets.send(new GetSecretValueCommand({ SecretId: 'rds!db-1' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
})

test.each([
  ['CreateSecret', { Name: 'new', SecretString: 'v' }],
  ['PutSecretValue', { SecretId: 'app', SecretString: 'v' }],
  ['UpdateSecret', { SecretId: 'app', Description: 'd' }],
  ['RotateSecret', { SecretId: 'app' }],
])('%s without a ClientRequestToken is refused: only SDKs make one up', async (operation, body) => {
  const local = await startTestCloud()
  await local.secrets.send(new CreateSecretCommand({ Name: 'app', SecretString: 'v' }))
  const answer = await raw(local, operation, body)
  expect([answer.status, answer.body.__type, answer.body.message]).toEqual([
    400,
    'InvalidRequestException',
    'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
  ])
  expect(answer.headers.get('x-amzn-query-error')).toBeNull()
})

test('Tags and VersionIdsToStages are left out when there are none', async () => {
  const local = await startTestCloud()
  await local.secrets.send(new CreateSecretCommand({ Name: 'app' }))
  const described = await raw(local, 'DescribeSecret', { SecretId: 'app' })
  expect(Object.keys(described.body)).not.toContain('Tags')
  expect(Object.keys(described.body)).not.toContain('VersionIdsToStages')
  const [listed] = (await raw(local, 'ListSecrets', {})).body.SecretList
  expect(Object.keys(listed)).not.toContain('Tags')
  expect(Object.keys(listed)).not.toContain('SecretVersionsToStages')
})

test('a label may begin with AWS', async () => {
  const local = await startTestCloud()
  const { secrets } = local
  await secrets.send(new CreateSecretCommand({ Name: 'app', SecretString: 'v', ClientRequestToken: token(1) }))
  await secrets.send(
    new UpdateSecretVersionStageCommand({ SecretId: 'app', VersionStage: 'AWSSOMETHING', MoveToVersionId: token(1) }),
  )
  expect(await labelsOf(local, 'app')).toEqual({ [token(1)]: ['AWSCURRENT', 'AWSSOMETHING'] })
})

test('an empty SecretId is refused in the words of AWS', async () => {
  const local = await startTestCloud()
  const { status, body } = await raw(local, 'GetSecretValue', { SecretId: '' })
  expect([status, body.__type, body.message]).toEqual([
    400,
    'ValidationException',
    "1 validation error detected: Value '' at 'secretId' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ])
})
