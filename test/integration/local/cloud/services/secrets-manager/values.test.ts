import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { expect, test } from 'vitest'
import { startTestCloud } from '../../../../../helpers/local-cloud.ts'

const token = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

test('E: a secret is created, read by name, ARN and partial ARN, and described', async () => {
  const { secrets } = await startTestCloud()

  const created = await secrets.send(
    new CreateSecretCommand({
      Name: 'keyturn/dev/openai',
      SecretString: 'first',
      Description: 'a key',
      Tags: [{ Key: 'owner', Value: 'ml' }],
    }),
  )

  expect(created.ARN).toMatch(
    /^arn:aws:secretsmanager:eu-central-1:000000000000:secret:keyturn\/dev\/openai-[A-Za-z0-9]{6}$/,
  )
  for (const SecretId of ['keyturn/dev/openai', created.ARN, created.ARN?.slice(0, -7)]) {
    const read = await secrets.send(new GetSecretValueCommand({ SecretId }))
    expect(read).toMatchObject({ SecretString: 'first', VersionId: created.VersionId, VersionStages: ['AWSCURRENT'] })
    expect(read.CreatedDate).toEqual(new Date('2026-11-22T10:00:00Z'))
  }
  const described = await secrets.send(new DescribeSecretCommand({ SecretId: 'keyturn/dev/openai' }))
  expect(described).toMatchObject({
    Description: 'a key',
    Tags: [{ Key: 'owner', Value: 'ml' }],
    LastAccessedDate: new Date('2026-11-22T00:00:00Z'),
    VersionIdsToStages: { [created.VersionId ?? '']: ['AWSCURRENT'] },
  })
})

test('E: a version is immutable: the same token and value changes nothing, another value is refused', async () => {
  const { secrets } = await startTestCloud()
  await secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'one', ClientRequestToken: token(1) }))
  const put = (SecretString: string) =>
    secrets.send(new PutSecretValueCommand({ SecretId: 's', SecretString, ClientRequestToken: token(2) }))

  await put('two')
  await expect(put('two')).resolves.toMatchObject({ VersionId: token(2), VersionStages: ['AWSCURRENT'] })
  await expect(put('other')).rejects.toMatchObject({ name: 'ResourceExistsException' })

  const read = await secrets.send(new GetSecretValueCommand({ SecretId: 's' }))
  expect(read.SecretString).toBe('two')
  const previous = await secrets.send(new GetSecretValueCommand({ SecretId: 's', VersionStage: 'AWSPREVIOUS' }))
  expect(previous).toMatchObject({ SecretString: 'one', VersionId: token(1) })
})

test('E: AWSCURRENT moves only from the version that has it, AWSPREVIOUS follows, and it cannot be removed', async () => {
  const { secrets } = await startTestCloud()
  await secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'one', ClientRequestToken: token(1) }))
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: 's',
      SecretString: 'two',
      ClientRequestToken: token(2),
      VersionStages: ['AWSPENDING'],
    }),
  )
  const move = (RemoveFromVersionId?: string, MoveToVersionId?: string) =>
    secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId: 's',
        VersionStage: 'AWSCURRENT',
        RemoveFromVersionId,
        MoveToVersionId,
      }),
    )

  await expect(move(undefined, token(2))).rejects.toThrow(
    `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${token(1)}`,
  )
  await expect(move(token(2), token(2))).rejects.toMatchObject({ name: 'InvalidParameterException' })
  await expect(move(token(1))).rejects.toMatchObject({ name: 'InvalidParameterException' })
  await move(token(1), token(2))

  const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId: 's' }))
  expect(VersionIdsToStages).toEqual({ [token(1)]: ['AWSPREVIOUS'], [token(2)]: ['AWSPENDING', 'AWSCURRENT'] })
})

test('E: a version without labels is deprecated: not described, listed only when asked for', async () => {
  const { secrets } = await startTestCloud()
  await secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'one', ClientRequestToken: token(1) }))
  for (const n of [2, 3]) {
    await secrets.send(
      new PutSecretValueCommand({ SecretId: 's', SecretString: `v${n}`, ClientRequestToken: token(n) }),
    )
  }

  const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId: 's' }))
  expect(Object.keys(VersionIdsToStages ?? {}).sort()).toEqual([token(2), token(3)])
  const some = await secrets.send(new ListSecretVersionIdsCommand({ SecretId: 's' }))
  expect(some.Versions).toHaveLength(2)
  const all = await secrets.send(new ListSecretVersionIdsCommand({ SecretId: 's', IncludeDeprecated: true }))
  expect(all.Versions?.map(({ VersionId }) => VersionId)).toEqual([token(1), token(2), token(3)])
})

test('E: binary values, both kinds at once, and values over 65,536 bytes', async () => {
  const { secrets } = await startTestCloud()
  await secrets.send(new CreateSecretCommand({ Name: 'b', SecretBinary: Buffer.from([0, 255, 1]) }))

  const read = await secrets.send(new GetSecretValueCommand({ SecretId: 'b' }))
  expect(Buffer.from(read.SecretBinary ?? [])).toEqual(Buffer.from([0, 255, 1]))
  await expect(
    secrets.send(new PutSecretValueCommand({ SecretId: 'b', SecretString: 'x', SecretBinary: Buffer.from([1]) })),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' })
  const put = (SecretString: string) => secrets.send(new PutSecretValueCommand({ SecretId: 'b', SecretString }))
  await expect(put('é'.repeat(32_768))).resolves.toBeDefined()
  await expect(put(`${'é'.repeat(32_768)}a`)).rejects.toMatchObject({ name: 'ValidationException' })
})

test('E: reads that cannot be answered say what was not found', async () => {
  const { secrets } = await startTestCloud()
  await secrets.send(new CreateSecretCommand({ Name: 'empty' }))
  const read = (input: { SecretId: string; VersionStage?: string; VersionId?: string }) =>
    secrets.send(new GetSecretValueCommand(input))

  await expect(read({ SecretId: 'nothing' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: "Secrets Manager can't find the specified secret.",
  })
  await expect(read({ SecretId: 'empty' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
  })
  await expect(read({ SecretId: 'empty', VersionId: token(9) })).rejects.toThrow(`VersionId: ${token(9)}`)
  await secrets.send(new PutSecretValueCommand({ SecretId: 'empty', SecretString: 'v', ClientRequestToken: token(1) }))
  await expect(read({ SecretId: 'empty', VersionId: token(1), VersionStage: 'AWSPREVIOUS' })).rejects.toMatchObject({
    name: 'InvalidRequestException',
  })
})

test('E: UpdateSecret changes the description, and a value becomes the current version', async () => {
  const { secrets } = await startTestCloud()
  await secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'one' }))

  const only = await secrets.send(new UpdateSecretCommand({ SecretId: 's', Description: 'new words' }))
  expect(only.VersionId).toBeUndefined()
  const { VersionId } = await secrets.send(new UpdateSecretCommand({ SecretId: 's', SecretString: 'two' }))

  const read = await secrets.send(new GetSecretValueCommand({ SecretId: 's' }))
  expect(read).toMatchObject({ SecretString: 'two', VersionId })
  const described = await secrets.send(new DescribeSecretCommand({ SecretId: 's' }))
  expect(described.Description).toBe('new words')
})
