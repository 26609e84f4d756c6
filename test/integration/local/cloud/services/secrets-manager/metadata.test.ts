import {
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { expect, test } from 'vitest'
import { DAY } from '../../../../../../core/clock.ts'
import { startTestCloud } from '../../../../../helpers/local-cloud.ts'

async function withSecrets() {
  const local = await startTestCloud()
  const tagged = (Name: string, Key: string, Value: string) =>
    local.secrets.send(new CreateSecretCommand({ Name, SecretString: 'v', Tags: [{ Key, Value }] }))
  await tagged('keyturn/dev/openai', 'keyturn:stack', 'keyturn/dev')
  await local.cloud.clock.advance(DAY)
  await tagged('keyturn/dev/mobile', 'keyturn:stack', 'keyturn/dev')
  await local.cloud.clock.advance(DAY)
  await tagged('other/app', 'team', 'web')
  const list = async (input: ListSecretsCommandInput = {}) => {
    const { SecretList } = await local.secrets.send(new ListSecretsCommand(input))
    return SecretList?.map(({ Name }) => Name)
  }
  return { ...local, list }
}

test('E: ListSecrets filters by name prefix, tag key and tag value, and negates', async () => {
  const { list } = await withSecrets()

  expect(await list()).toEqual(['keyturn/dev/openai', 'keyturn/dev/mobile', 'other/app'])
  expect(await list({ Filters: [{ Key: 'name', Values: ['keyturn/dev/'] }], SortOrder: 'desc' })).toEqual([
    'keyturn/dev/mobile',
    'keyturn/dev/openai',
  ])
  expect(await list({ Filters: [{ Key: 'tag-key', Values: ['team'] }] })).toEqual(['other/app'])
  expect(await list({ Filters: [{ Key: 'tag-value', Values: ['keyturn/dev'] }] })).toHaveLength(2)
  expect(await list({ Filters: [{ Key: 'name', Values: ['!keyturn/'] }] })).toEqual(['other/app'])
  expect(
    await list({
      Filters: [
        { Key: 'tag-key', Values: ['keyturn:stack'] },
        { Key: 'all', Values: ['OpenAI'] },
      ],
    }),
  ).toEqual(['keyturn/dev/openai'])
})

test('E: ListSecrets gives labels of every version, and pages of the size asked for', async () => {
  const { secrets } = await withSecrets()
  const pages: string[][] = []
  for await (const { SecretList = [] } of paginateListSecrets({ client: secrets, pageSize: 2 }, {})) {
    for (const { SecretVersionsToStages } of SecretList) {
      expect(Object.values(SecretVersionsToStages ?? {})).toEqual([['AWSCURRENT']])
    }
    pages.push(SecretList.map(({ Name }) => Name ?? ''))
  }

  expect(pages).toEqual([['keyturn/dev/openai', 'keyturn/dev/mobile'], ['other/app']])
  await expect(secrets.send(new ListSecretsCommand({ NextToken: 'made up' }))).rejects.toMatchObject({
    name: 'InvalidNextTokenException',
  })
})

test('E: tags are added, replaced and taken away', async () => {
  const { secrets } = await withSecrets()
  const SecretId = 'other/app'
  await secrets.send(
    new TagResourceCommand({
      SecretId,
      Tags: [
        { Key: 'team', Value: 'api' },
        { Key: 'b', Value: '2' },
      ],
    }),
  )
  await secrets.send(new UntagResourceCommand({ SecretId, TagKeys: ['b', 'absent'] }))

  expect((await secrets.send(new DescribeSecretCommand({ SecretId }))).Tags).toEqual([{ Key: 'team', Value: 'api' }])
  const tooMany = Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: '' }))
  for (const Tags of [tooMany, [{ Key: 'aws:x', Value: '' }], [tooMany[0], tooMany[0]]]) {
    await expect(
      secrets.send(new TagResourceCommand({ SecretId, Tags: Tags.flatMap((tag) => tag ?? []) })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' })
  }
})

test('E: a deleted secret can be restored until its window ends, and its name is taken meanwhile', async () => {
  const { secrets, cloud, list } = await withSecrets()
  const SecretId = 'other/app'
  const { DeletionDate } = await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }))

  expect(DeletionDate).toEqual(new Date('2026-12-01T10:00:00Z'))
  await expect(secrets.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: "You can't perform this operation on the secret because it was marked for deletion.",
  })
  await expect(secrets.send(new CreateSecretCommand({ Name: SecretId }))).rejects.toThrow(
    'already scheduled for deletion',
  )
  expect(await list()).not.toContain(SecretId)
  expect(await list({ IncludePlannedDeletion: true })).toContain(SecretId)
  await secrets.send(new RestoreSecretCommand({ SecretId }))
  await cloud.clock.advance(8 * DAY)
  expect((await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString).toBe('v')

  await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }))
  await cloud.clock.advance(7 * DAY)
  await expect(secrets.send(new DescribeSecretCommand({ SecretId }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
})

test('E: deletion at once, twice, and windows that AWS does not allow', async () => {
  const { secrets } = await withSecrets()
  const remove = (input: { RecoveryWindowInDays?: number; ForceDeleteWithoutRecovery?: boolean }) =>
    secrets.send(new DeleteSecretCommand({ SecretId: 'other/app', ...input }))

  await expect(remove({ RecoveryWindowInDays: 6 })).rejects.toThrow('between 7 and 30 days')
  await expect(remove({ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true })).rejects.toMatchObject({
    name: 'InvalidParameterException',
  })
  await remove({ ForceDeleteWithoutRecovery: true })
  await expect(remove({ ForceDeleteWithoutRecovery: true })).resolves.toBeDefined()
  await expect(remove({})).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  await expect(secrets.send(new CreateSecretCommand({ Name: 'other/app' }))).resolves.toBeDefined()
})

test('E: names that AWS does not allow, and names that exist', async () => {
  const { secrets } = await withSecrets()

  await expect(secrets.send(new CreateSecretCommand({ Name: 'with space' }))).rejects.toMatchObject({
    name: 'ValidationException',
  })
  await expect(secrets.send(new CreateSecretCommand({ Name: 'other/app', SecretString: 'x' }))).rejects.toMatchObject({
    name: 'ResourceExistsException',
    message: 'The operation failed because the secret other/app already exists.',
  })
  await expect(secrets.send(new CreateSecretCommand({ Name: 'constructor' }))).resolves.toBeDefined()
})

test('E: the label budget of twenty holds over the whole secret', async () => {
  const { secrets } = await withSecrets()
  const SecretId = 'other/app'
  const put = (VersionStages: string[]) =>
    secrets.send(new PutSecretValueCommand({ SecretId, SecretString: `${VersionStages}`, VersionStages }))
  const { VersionId } = await put(Array.from({ length: 18 }, (_, n) => `GRACE-${n}`))
  await put(['the-twentieth'])

  await expect(put(['one-too-many'])).rejects.toMatchObject({ name: 'LimitExceededException' })
  await expect(
    secrets.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'x', MoveToVersionId: VersionId })),
  ).rejects.toMatchObject({ name: 'LimitExceededException' })
  await expect(put(['AWSCURRENT'])).rejects.toMatchObject({ name: 'LimitExceededException' })
})

test('E: resource policies are kept, checked and removed', async () => {
  const { secrets } = await withSecrets()
  const SecretId = 'other/app'
  const policy = (Principal: unknown) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal, Action: 'secretsmanager:GetSecretValue', Resource: '*' }],
    })
  const put = (ResourcePolicy: string, BlockPublicPolicy?: boolean) =>
    secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy, BlockPublicPolicy }))

  await put(policy({ AWS: 'arn:aws:iam::000000000000:role/reader' }))
  expect((await secrets.send(new GetResourcePolicyCommand({ SecretId }))).ResourcePolicy).toContain('role/reader')
  await expect(put(policy('*'), true)).rejects.toMatchObject({ name: 'PublicPolicyException' })
  await expect(put('{"Statement": 1}')).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' })
  await secrets.send(new DeleteResourcePolicyCommand({ SecretId }))
  expect((await secrets.send(new GetResourcePolicyCommand({ SecretId }))).ResourcePolicy).toBeUndefined()
})
