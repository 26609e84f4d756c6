import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CancelKeyDeletionCommand, CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import { expect, test } from 'vitest'
import { startTestCloud } from '../../../../../helpers/local-cloud.ts'

const ROLE = 'arn:aws:iam::000000000000:role/reader'

/** A secret under a customer key, and a role that may do what `actions` say. */
async function withRole() {
  const local = await startTestCloud()
  const { KeyMetadata } = await local.kms.send(new CreateKeyCommand({}))
  const keyArn = KeyMetadata?.Arn ?? ''
  const { ARN: secretArn = '' } = await local.secrets.send(
    new CreateSecretCommand({ Name: 'keyturn/dev/s', SecretString: 'the value', KmsKeyId: keyArn }),
  )
  const iam = new IAMClient({
    endpoint: local.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  }
  await iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify(trust) }))
  const allow = (statements: readonly unknown[]) =>
    iam.send(
      new PutRolePolicyCommand({
        RoleName: 'reader',
        PolicyName: 'access',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      }),
    )
  const role = local.as(local.cloud.iam.issueCredentials(ROLE, 'session'))
  return {
    ...local,
    keyArn,
    secretArn,
    allow,
    role,
    read: () => role.secrets.send(new GetSecretValueCommand({ SecretId: secretArn })),
  }
}

const READ = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' }
const decrypt = (Condition: unknown) => ({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', Condition })

test('E: a role without the action is refused, naming role, action and resource', async () => {
  const { allow, read, secretArn, cloud } = await withRole()
  await allow([decrypt({})])

  await expect(read()).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `User: arn:aws:sts::000000000000:assumed-role/reader/session is not authorized to perform: secretsmanager:GetSecretValue on resource: ${secretArn} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
  })

  expect(cloud.journal.entries().at(-1)).toMatchObject({
    operation: 'GetSecretValue',
    role: 'reader',
    action: 'secretsmanager:GetSecretValue',
    resource: secretArn,
    decision: 'denied: no-identity-policy',
    outcome: 'AccessDeniedException',
    input: ['SecretId'],
  })
})

test('a refusal names the secret as the caller did', async () => {
  const { role, cloud, secretArn } = await withRole()
  const partial = secretArn.slice(0, -7)
  for (const SecretId of ['keyturn/dev/s', secretArn, partial, 'absent']) {
    await expect(role.secrets.send(new GetSecretValueCommand({ SecretId }))).rejects.toThrow(
      `is not authorized to perform: secretsmanager:GetSecretValue on resource: ${SecretId} because no identity-based policy allows`,
    )
  }
  await expect(role.secrets.send(new CreateSecretCommand({ Name: 'mine' }))).rejects.toThrow(
    'secretsmanager:CreateSecret on resource: mine because',
  )
  expect(cloud.journal.entries().at(-1)?.resource).toMatch(/:secret:mine-\w{6}$/)
})

test('E: reading a value needs kms:Decrypt of the caller, through Secrets Manager and for that secret', async () => {
  const { allow, read, secretArn, keyArn, cloud } = await withRole()
  const through = { 'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com' }
  const needs = [
    [READ],
    [READ, decrypt({ StringEquals: { 'kms:ViaService': 'lambda.eu-central-1.amazonaws.com' } })],
    [READ, decrypt({ StringEquals: { ...through, 'kms:EncryptionContext:SecretARN': `${secretArn}x` } })],
  ]
  for (const statements of needs) {
    await allow(statements)
    await expect(read()).rejects.toThrow(
      `Access to KMS is not allowed. User: arn:aws:sts::000000000000:assumed-role/reader/session is not authorized to perform: kms:Decrypt on resource: ${keyArn}`,
    )
  }

  await allow([READ, decrypt({ StringEquals: { ...through, 'kms:EncryptionContext:SecretARN': secretArn } })])
  await expect(read()).resolves.toMatchObject({ SecretString: 'the value' })
  expect(
    cloud.journal
      .entries()
      .at(-1)
      ?.authorizations.map(({ action }) => action),
  ).toEqual(['secretsmanager:GetSecretValue', 'kms:Decrypt'])
})

test('E: writing a value needs kms:GenerateDataKey', async () => {
  const { allow, role, secretArn } = await withRole()
  const write = { Effect: 'Allow', Action: 'secretsmanager:PutSecretValue', Resource: secretArn }
  const put = () => role.secrets.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: 'new' }))

  await allow([write, decrypt({})])
  await expect(put()).rejects.toThrow('not authorized to perform: kms:GenerateDataKey')
  await allow([write, decrypt({}), { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: '*' }])
  await expect(put()).resolves.toBeDefined()
})

test('E: a secret under the account’s own key needs no KMS permission', async () => {
  const { allow, role, secrets } = await withRole()
  await secrets.send(new CreateSecretCommand({ Name: 'plain', SecretString: 'under aws/secretsmanager' }))
  await allow([READ])

  await expect(role.secrets.send(new GetSecretValueCommand({ SecretId: 'plain' }))).resolves.toMatchObject({
    SecretString: 'under aws/secretsmanager',
  })
})

test('E: a secret’s own policy can deny what the role’s policy allows', async () => {
  const { allow, read, secrets, secretArn } = await withRole()
  await allow([READ, decrypt({})])
  await expect(read()).resolves.toBeDefined()
  const deny = { Effect: 'Deny', Principal: { AWS: ROLE }, Action: 'secretsmanager:*', Resource: '*' }
  await secrets.send(
    new PutResourcePolicyCommand({
      SecretId: secretArn,
      ResourcePolicy: JSON.stringify({ Version: '2012-10-17', Statement: [deny] }),
    }),
  )

  await expect(read()).rejects.toThrow('with an explicit deny in a resource-based policy')
})

test('E: a policy can allow one label only', async () => {
  const { allow, role, secretArn, read } = await withRole()
  await allow([{ ...READ, Condition: { StringEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } } }, decrypt({})])

  await expect(read()).resolves.toBeDefined()
  await expect(
    role.secrets.send(new GetSecretValueCommand({ SecretId: secretArn, VersionStage: 'AWSPREVIOUS' })),
  ).rejects.toMatchObject({ name: 'AccessDeniedException' })
})

test('E: a disabled key makes values unreadable, and a change of key re-encrypts what AWS labels', async () => {
  const { kms, secrets, secretArn, keyArn, cloud } = await withRole()
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))
  // As a key is that was nearly deleted.
  const disable = async (KeyId: string) => {
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }))
    await kms.send(new CancelKeyDeletionCommand({ KeyId }))
  }
  await secrets.send(new UpdateSecretCommand({ SecretId: secretArn, KmsKeyId: KeyMetadata?.KeyId }))
  await disable(keyArn)

  await expect(secrets.send(new GetSecretValueCommand({ SecretId: secretArn }))).resolves.toMatchObject({
    SecretString: 'the value',
  })
  await disable(KeyMetadata?.Arn ?? '')
  await expect(secrets.send(new GetSecretValueCommand({ SecretId: secretArn }))).rejects.toMatchObject({
    name: 'DecryptionFailure',
  })
  expect(JSON.stringify(cloud.state)).not.toContain('the value')
})

test('E: creating a secret under a customer key asks for the key with the literal context that AWS uses', async () => {
  const { allow, role, keyArn, cloud } = await withRole()
  const write = {
    Effect: 'Allow',
    Action: ['secretsmanager:CreateSecret', 'secretsmanager:UpdateSecret'],
    Resource: '*',
  }
  const use = (SecretARN: readonly string[]) => ({
    Effect: 'Allow',
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: '*',
    Condition: { StringLike: { 'kms:EncryptionContext:SecretARN': SecretARN } },
  })
  const create = (Name: string) => role.secrets.send(new CreateSecretCommand({ Name, KmsKeyId: keyArn }))

  await allow([write, use(['arn:aws:secretsmanager:*:*:secret:*'])])
  await expect(create('refused')).rejects.toThrow(/Access to KMS is not allowed.*kms:GenerateDataKey/)
  expect(cloud.state.secretsManager.secrets.refused).toBeUndefined()

  await allow([write, use(['RequestToValidateKeyAccess'])])
  await create('made')
  expect(
    cloud.journal
      .entries()
      .at(-1)
      ?.authorizations.map(({ action }) => action),
  ).toEqual(['secretsmanager:CreateSecret', 'kms:GenerateDataKey', 'kms:Decrypt'])
})

test('E: giving a secret another key validates it for that secret, under the literal version', async () => {
  const { allow, role, keyArn, secrets } = await withRole()
  const { ARN: SecretId = '' } = await secrets.send(new CreateSecretCommand({ Name: 'moved' }))
  const use = (version: string) => ({
    Effect: 'Allow',
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: '*',
    Condition: {
      StringEquals: { 'kms:EncryptionContext:SecretARN': SecretId, 'kms:EncryptionContext:SecretVersionId': version },
    },
  })
  const write = { Effect: 'Allow', Action: 'secretsmanager:UpdateSecret', Resource: '*' }
  const move = () => role.secrets.send(new UpdateSecretCommand({ SecretId, KmsKeyId: keyArn }))

  await allow([write, use('another')])
  await expect(move()).rejects.toThrow(/Access to KMS is not allowed/)
  await allow([write, use('RequestToValidateKeyAccess')])
  await expect(move()).resolves.toMatchObject({ Name: 'moved' })
})
