import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  type KMSClient,
  ListAliasesCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms'
import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { expect, test } from 'vitest'
import { DAY } from '../../../../../../core/clock.ts'
import { unseal } from '../../../../../../local/cloud/services/kms/ciphertext.ts'
import { findKey } from '../../../../../../local/cloud/services/kms/key.ts'
import { startTestCloud } from '../../../../../helpers/local-cloud.ts'

const EncryptionContext = { tenant: 'a', purpose: 'test' }

async function withKey() {
  const local = await startTestCloud()
  const { KeyMetadata } = await local.kms.send(new CreateKeyCommand({ Description: 'ours' }))
  const KeyId = KeyMetadata?.KeyId ?? ''
  const dataKey = (key = KeyId) =>
    local.kms.send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: 'AES_256', EncryptionContext }))
  const unwrap = (blob: Uint8Array | undefined, context: Record<string, string> = EncryptionContext) =>
    unseal(findKey(local.cloud, KeyId), Buffer.from(blob ?? []), context)
  return { ...local, KeyId, arn: KeyMetadata?.Arn ?? '', dataKey, unwrap }
}

/** A secret under the key, which Secrets Manager encrypts and decrypts with it. */
async function withSecret() {
  const local = await withKey()
  await local.secrets.send(new CreateSecretCommand({ Name: 'app', SecretString: 'top secret', KmsKeyId: local.KeyId }))
  const read = async () => (await local.secrets.send(new GetSecretValueCommand({ SecretId: 'app' }))).SecretString
  return { ...local, read }
}

test('a data key comes in clear and wrapped, and unwraps with the same context in any order, and with no other', async () => {
  const { kms, KeyId, dataKey, unwrap, arn } = await withKey()
  const made = await dataKey()

  expect(made.KeyId).toBe(arn)
  expect(made.Plaintext).toHaveLength(32)
  const plaintext = Buffer.from(made.Plaintext ?? [])
  expect(Buffer.from(made.CiphertextBlob ?? []).includes(plaintext)).toBe(false)
  expect(unwrap(made.CiphertextBlob, { purpose: 'test', tenant: 'a' })).toEqual(plaintext)
  for (const context of [{}, { tenant: 'a' }, { ...EncryptionContext, tenant: 'b' }]) {
    expect(() => unwrap(made.CiphertextBlob, context)).toThrow(
      expect.objectContaining({ code: 'InvalidCiphertextException' }),
    )
  }
  await expect(kms.send(new GenerateDataKeyCommand({ KeyId }))).rejects.toThrow('either number of bytes or key spec')
})

test('a changed ciphertext is refused wherever it was changed', async () => {
  const { dataKey, unwrap } = await withKey()
  const blob = Buffer.from((await dataKey()).CiphertextBlob ?? [])
  const keyIdEnd = 2 + 36

  for (let at = keyIdEnd; at < blob.length; at += 3) {
    const changed = Buffer.from(blob)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => unwrap(changed), `byte ${at}`).toThrow(expect.objectContaining({ code: 'InvalidCiphertextException' }))
  }
  expect(() => unwrap(blob.subarray(0, 40))).toThrow(expect.objectContaining({ code: 'InvalidCiphertextException' }))
})

test('the yearly rotation of key material keeps old ciphertext readable', async () => {
  const { kms, cloud, KeyId, dataKey, unwrap } = await withKey()
  await kms.send(new EnableKeyRotationCommand({ KeyId }))
  expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({
    KeyRotationEnabled: true,
    RotationPeriodInDays: 365,
    NextRotationDate: new Date('2027-11-22T10:00:00Z'),
  })
  const made = [await dataKey()]
  for (let year = 0; year < 2; year++) {
    await cloud.clock.advance(365 * DAY)
    made.push(await dataKey())
  }

  for (const { CiphertextBlob, Plaintext } of made) {
    expect(unwrap(CiphertextBlob)).toEqual(Buffer.from(Plaintext ?? []))
  }
  expect(new Set(made.map(({ KeyMaterialId }) => KeyMaterialId)).size).toBe(3)
})

test('an alias names a key, moves to another one, and goes', async () => {
  const { kms, KeyId, dataKey, arn } = await withKey()
  const other = await kms.send(new CreateKeyCommand({}))
  const AliasName = 'alias/keyturn-dev'
  await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }))

  expect((await dataKey(AliasName)).KeyId).toBe(arn)
  expect((await dataKey(`arn:aws:kms:eu-central-1:000000000000:${AliasName}`)).KeyId).toBe(arn)
  await expect(kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }))).rejects.toMatchObject({
    name: 'AlreadyExistsException',
  })
  await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: other.KeyMetadata?.KeyId }))
  expect((await dataKey(AliasName)).KeyId).toBe(other.KeyMetadata?.Arn)
  expect((await kms.send(new ListAliasesCommand({}))).Aliases).toMatchObject([
    { AliasName, TargetKeyId: other.KeyMetadata?.KeyId },
  ])
  await kms.send(new DeleteAliasCommand({ AliasName }))
  await expect(dataKey(AliasName)).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Alias arn:aws:kms:eu-central-1:000000000000:alias/keyturn-dev is not found.',
  })
})

test('a key is deleted when its window ends, with what it encrypted; taken back it is disabled until it is enabled', async () => {
  const { kms, cloud, KeyId, read } = await withSecret()
  const schedule = () => kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 30 }))

  expect((await schedule()).DeletionDate).toEqual(new Date('2026-12-22T10:00:00Z'))
  await expect(read()).rejects.toThrow(/pending deletion/)
  await kms.send(new CancelKeyDeletionCommand({ KeyId }))
  await expect(read()).rejects.toThrow(/disabled/)
  await kms.send(new EnableKeyCommand({ KeyId }))
  await cloud.clock.advance(40 * DAY)
  expect(await read()).toBe('top secret')
  await schedule()
  await cloud.clock.advance(30 * DAY)
  await expect(kms.send(new GetKeyPolicyCommand({ KeyId }))).rejects.toMatchObject({ name: 'NotFoundException' })
  await expect(read()).rejects.toBeDefined()
})

test('unknown keys are not found, whatever they are called', async () => {
  const { kms } = await withKey()
  for (const id of ['constructor', '11111111-1111-4111-8111-111111111111']) {
    await expect(kms.send(new GetKeyPolicyCommand({ KeyId: id }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: `Key 'arn:aws:kms:eu-central-1:000000000000:key/${id}' does not exist`,
    })
  }
})

/** A client under a role that has no policy of its own. */
async function withRole() {
  const local = await withKey()
  const iam = new IAMClient({
    endpoint: local.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const trust = { Version: '2012-10-17', Statement: [] as unknown[] }
  trust.Statement.push({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' })
  await iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify(trust) }))
  const roleArn = `arn:aws:iam::${local.cloud.accountId}:role/reader`
  const asRole: KMSClient = local.as(local.cloud.iam.issueCredentials(roleArn, 'session')).kms
  return { ...local, roleArn, asRole }
}

test('a key policy alone can let a role in, and a malformed one is refused', async () => {
  const { kms, asRole, roleArn, KeyId } = await withRole()
  const wrap = (tenant: string) =>
    asRole.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext: { tenant } }))
  await expect(wrap('a')).rejects.toMatchObject({ name: 'AccessDeniedException' })

  const policy = JSON.parse((await kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy ?? '')
  policy.Statement.push({
    Effect: 'Allow',
    Principal: { AWS: roleArn },
    Action: 'kms:GenerateDataKey',
    Resource: '*',
    Condition: { StringEquals: { 'kms:EncryptionContext:tenant': 'a' } },
  })
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify(policy) }))

  await expect(wrap('a')).resolves.toBeDefined()
  await expect(wrap('b')).rejects.toMatchObject({ name: 'AccessDeniedException' })
  await expect(kms.send(new PutKeyPolicyCommand({ KeyId, Policy: '{}' }))).rejects.toMatchObject({
    name: 'MalformedPolicyDocumentException',
  })
})

test('an operation that manages a key takes no alias, and one that uses it does', async () => {
  const { kms, KeyId } = await withKey()
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/managed', TargetKeyId: KeyId }))
  const alias = { KeyId: 'alias/managed' }
  const managing = [
    new EnableKeyRotationCommand(alias),
    new GetKeyRotationStatusCommand(alias),
    new EnableKeyCommand(alias),
    new ScheduleKeyDeletionCommand(alias),
    new TagResourceCommand({ ...alias, Tags: [] }),
  ]
  for (const command of managing) {
    await expect(kms.send(command as EnableKeyRotationCommand)).rejects.toMatchObject({
      name: 'NotFoundException',
      message: "Invalid keyId 'alias/managed'",
    })
  }
  await kms.send(new GenerateDataKeyCommand({ ...alias, KeySpec: 'AES_256' }))
})

test('tags of a key have bounds', async () => {
  const { kms, KeyId } = await withKey()
  const tag = (...keys: string[]) =>
    kms.send(new TagResourceCommand({ KeyId, Tags: keys.map((TagKey) => ({ TagKey, TagValue: 'v' })) }))
  await expect(tag('aws:mine')).rejects.toMatchObject({
    name: 'TagException',
    message: 'Tags beginning with aws: are reserved',
  })
  await expect(tag('k'.repeat(129))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length"),
  })
  await expect(tag('twice', 'twice')).rejects.toMatchObject({ name: 'TagException' })
  await tag(...Array.from({ length: 50 }, (_, n) => `k${n}`))
  await expect(tag('one-more')).rejects.toMatchObject({ name: 'LimitExceededException' })
  await tag('k0')
  await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['k0'] }))
  await tag('one-more')
})
