import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateRandomCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  type KMSClient,
  ListAliasesCommand,
  ListGrantsCommand,
  ListKeyRotationsCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  RevokeGrantCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms'
import { expect, test } from 'vitest'
import { DAY } from '../../../../../../core/clock.ts'
import { startTestCloud } from '../../../../../helpers/local-cloud.ts'

const Plaintext = Buffer.from('top secret')
const EncryptionContext = { tenant: 'a', purpose: 'test' }

async function withKey() {
  const local = await startTestCloud()
  const { KeyMetadata } = await local.kms.send(new CreateKeyCommand({ Description: 'ours' }))
  const KeyId = KeyMetadata?.KeyId ?? ''
  const encrypt = (key = KeyId) => local.kms.send(new EncryptCommand({ KeyId: key, Plaintext, EncryptionContext }))
  const decrypt = async (
    CiphertextBlob: Uint8Array | undefined,
    context = EncryptionContext as Record<string, string>,
  ) => {
    const read = await local.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }))
    return Buffer.from(read.Plaintext ?? []).toString()
  }
  return { ...local, KeyId, arn: KeyMetadata?.Arn ?? '', encrypt, decrypt }
}

test('E: what is encrypted decrypts with the same context in any order, and with no other', async () => {
  const { encrypt, decrypt, arn } = await withKey()
  const { CiphertextBlob, KeyId } = await encrypt()

  expect(KeyId).toBe(arn)
  expect(Buffer.from(CiphertextBlob ?? []).includes('top secret')).toBe(false)
  expect(await decrypt(CiphertextBlob, { purpose: 'test', tenant: 'a' })).toBe('top secret')
  for (const context of [{}, { tenant: 'a' }, { ...EncryptionContext, tenant: 'b' }]) {
    await expect(decrypt(CiphertextBlob, context)).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
  }
})

test('E: a changed ciphertext is refused wherever it was changed', async () => {
  const { encrypt, decrypt } = await withKey()
  const blob = Buffer.from((await encrypt()).CiphertextBlob ?? [])

  for (let at = 0; at < blob.length; at += 3) {
    const changed = Buffer.from(blob)
    changed[at] = (changed[at] ?? 0) ^ 1
    await expect(decrypt(changed)).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
  }
  await expect(decrypt(blob.subarray(0, 40))).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
})

test('E: rotation of key material, on demand and by the year, keeps old ciphertext readable', async () => {
  const { kms, cloud, KeyId, encrypt, decrypt } = await withKey()
  const blobs = [(await encrypt()).CiphertextBlob]
  await kms.send(new RotateKeyOnDemandCommand({ KeyId }))
  blobs.push((await encrypt()).CiphertextBlob)
  await kms.send(new EnableKeyRotationCommand({ KeyId }))
  expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({
    KeyRotationEnabled: true,
    RotationPeriodInDays: 365,
    NextRotationDate: new Date('2027-11-22T10:00:00Z'),
  })

  await cloud.clock.advance(2 * 365 * DAY)
  blobs.push((await encrypt()).CiphertextBlob)

  for (const blob of blobs) expect(await decrypt(blob)).toBe('top secret')
  const { Rotations } = await kms.send(new ListKeyRotationsCommand({ KeyId }))
  expect(Rotations?.map(({ RotationType }) => RotationType)).toEqual(['ON_DEMAND', 'AUTOMATIC', 'AUTOMATIC'])
  expect(
    new Set(
      blobs.map((blob) =>
        Buffer.from(blob ?? [])
          .subarray(38, 70)
          .toString('hex'),
      ),
    ).size,
  ).toBe(3)
})

test('E: data keys come in clear and wrapped, and the wrapped one unwraps', async () => {
  const { kms, KeyId } = await withKey()
  const both = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }))
  const wrapped = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 24 }))

  expect(both.Plaintext).toHaveLength(32)
  const unwrapped = await kms.send(new DecryptCommand({ CiphertextBlob: both.CiphertextBlob, EncryptionContext }))
  expect(unwrapped.Plaintext).toEqual(both.Plaintext)
  expect(wrapped).not.toHaveProperty('Plaintext')
  expect((await kms.send(new DecryptCommand({ CiphertextBlob: wrapped.CiphertextBlob }))).Plaintext).toHaveLength(24)
  await expect(kms.send(new GenerateDataKeyCommand({ KeyId }))).rejects.toThrow('either number of bytes or key spec')
  expect((await kms.send(new GenerateRandomCommand({ NumberOfBytes: 7 }))).Plaintext).toHaveLength(7)
})

test('E: ReEncrypt moves a ciphertext to another key and context', async () => {
  const { kms, encrypt, decrypt } = await withKey()
  const other = await kms.send(new CreateKeyCommand({}))
  const { CiphertextBlob } = await encrypt()

  const moved = await kms.send(
    new ReEncryptCommand({
      CiphertextBlob,
      SourceEncryptionContext: EncryptionContext,
      DestinationKeyId: other.KeyMetadata?.KeyId,
      DestinationEncryptionContext: { tenant: 'b' },
    }),
  )

  expect(moved.KeyId).toBe(other.KeyMetadata?.Arn)
  expect(await decrypt(moved.CiphertextBlob, { tenant: 'b' })).toBe('top secret')
  await expect(
    kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId: other.KeyMetadata?.KeyId })),
  ).rejects.toMatchObject({ name: 'IncorrectKeyException' })
})

test('E: an alias names a key, moves to another one, and goes', async () => {
  const { kms, KeyId, encrypt, arn } = await withKey()
  const other = await kms.send(new CreateKeyCommand({}))
  const AliasName = 'alias/keyturn-dev'
  await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }))

  expect((await encrypt(AliasName)).KeyId).toBe(arn)
  expect((await encrypt(`arn:aws:kms:eu-central-1:000000000000:${AliasName}`)).KeyId).toBe(arn)
  await expect(kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }))).rejects.toMatchObject({
    name: 'AlreadyExistsException',
  })
  await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: other.KeyMetadata?.KeyId }))
  expect((await encrypt(AliasName)).KeyId).toBe(other.KeyMetadata?.Arn)
  expect((await kms.send(new ListAliasesCommand({}))).Aliases).toMatchObject([
    { AliasName, TargetKeyId: other.KeyMetadata?.KeyId },
  ])
  await kms.send(new DeleteAliasCommand({ AliasName }))
  await expect(encrypt(AliasName)).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Alias arn:aws:kms:eu-central-1:000000000000:alias/keyturn-dev is not found.',
  })
})

test('E: a disabled key does nothing until it is enabled', async () => {
  const { kms, KeyId, encrypt, decrypt } = await withKey()
  const { CiphertextBlob } = await encrypt()
  await kms.send(new DisableKeyCommand({ KeyId }))

  await expect(encrypt()).rejects.toMatchObject({ name: 'DisabledException' })
  await expect(decrypt(CiphertextBlob)).rejects.toMatchObject({ name: 'DisabledException' })
  await kms.send(new EnableKeyCommand({ KeyId }))
  expect(await decrypt(CiphertextBlob)).toBe('top secret')
})

test('E: a key is deleted when its window ends, with what it encrypted, unless that is cancelled', async () => {
  const { kms, cloud, KeyId, encrypt, decrypt } = await withKey()
  const { CiphertextBlob } = await encrypt()
  const schedule = () => kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 30 }))

  expect((await schedule()).DeletionDate).toEqual(new Date('2026-12-22T10:00:00Z'))
  await expect(decrypt(CiphertextBlob)).rejects.toMatchObject({ name: 'KMSInvalidStateException' })
  await kms.send(new CancelKeyDeletionCommand({ KeyId }))
  await kms.send(new EnableKeyCommand({ KeyId }))
  await cloud.clock.advance(40 * DAY)
  expect(await decrypt(CiphertextBlob)).toBe('top secret')
  await schedule()
  await cloud.clock.advance(30 * DAY)
  await expect(kms.send(new DescribeKeyCommand({ KeyId }))).rejects.toMatchObject({ name: 'NotFoundException' })
  await expect(decrypt(CiphertextBlob)).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
})

test('E: keys are listed, described, tagged, and unknown ones are not found', async () => {
  const { kms, KeyId, arn } = await withKey()
  await kms.send(
    new TagResourceCommand({
      KeyId,
      Tags: [
        { TagKey: 'a', TagValue: '1' },
        { TagKey: 'b', TagValue: '2' },
      ],
    }),
  )
  await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['a'] }))

  expect((await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([{ TagKey: 'b', TagValue: '2' }])
  expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([{ KeyId, KeyArn: arn }])
  expect((await kms.send(new DescribeKeyCommand({ KeyId: arn }))).KeyMetadata).toMatchObject({
    KeyState: 'Enabled',
    Description: 'ours',
    KeyManager: 'CUSTOMER',
    MultiRegion: false,
  })
  for (const id of ['constructor', '11111111-1111-4111-8111-111111111111']) {
    await expect(kms.send(new DescribeKeyCommand({ KeyId: id }))).rejects.toMatchObject({
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

test('E: a key policy alone can let a role in, and a malformed one is refused', async () => {
  const { kms, asRole, roleArn, KeyId, encrypt } = await withRole()
  const { CiphertextBlob } = await encrypt()
  const read = () => asRole.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))
  await expect(read()).rejects.toMatchObject({ name: 'AccessDeniedException' })

  const policy = JSON.parse((await kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy ?? '')
  policy.Statement.push({
    Effect: 'Allow',
    Principal: { AWS: roleArn },
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: { StringEquals: { 'kms:EncryptionContext:tenant': 'a' } },
  })
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify(policy) }))

  await expect(read()).resolves.toBeDefined()
  await expect(asRole.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
  await expect(kms.send(new PutKeyPolicyCommand({ KeyId, Policy: '{}' }))).rejects.toMatchObject({
    name: 'MalformedPolicyDocumentException',
  })
})

test('E: a grant lets a role use a key for one context, until it is revoked', async () => {
  const { kms, asRole, roleArn, KeyId, encrypt } = await withRole()
  const { CiphertextBlob } = await encrypt()
  const read = () => asRole.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))
  const grant = (tenant: string) =>
    kms.send(
      new CreateGrantCommand({
        KeyId,
        GranteePrincipal: roleArn,
        Operations: ['Decrypt'],
        Constraints: { EncryptionContextSubset: { tenant } },
      }),
    )

  await grant('b')
  await expect(read()).rejects.toMatchObject({ name: 'AccessDeniedException' })
  const { GrantId } = await grant('a')
  await expect(read()).resolves.toBeDefined()
  expect((await kms.send(new ListGrantsCommand({ KeyId }))).Grants).toHaveLength(2)
  await kms.send(new RevokeGrantCommand({ KeyId, GrantId }))
  await expect(read()).rejects.toMatchObject({ name: 'AccessDeniedException' })
})

test('an operation that manages a key takes no alias, and one that uses it does', async () => {
  const { kms, KeyId } = await withKey()
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/managed', TargetKeyId: KeyId }))
  const alias = { KeyId: 'alias/managed' }
  const managing = [
    new EnableKeyRotationCommand(alias),
    new RotateKeyOnDemandCommand(alias),
    new GetKeyRotationStatusCommand(alias),
    new DisableKeyCommand(alias),
    new ScheduleKeyDeletionCommand(alias),
    new TagResourceCommand({ ...alias, Tags: [] }),
  ]
  for (const command of managing) {
    await expect(kms.send(command as EnableKeyRotationCommand)).rejects.toMatchObject({
      name: 'NotFoundException',
      message: "Invalid keyId 'alias/managed'",
    })
  }
  expect((await kms.send(new DescribeKeyCommand(alias))).KeyMetadata?.KeyState).toBe('Enabled')
})

test('what decrypts or makes a data key names the key material that did', async () => {
  const { kms, KeyId } = await withKey()
  const { CiphertextBlob, KeyMaterialId } = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }))
  const first = (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.CurrentKeyMaterialId
  expect(KeyMaterialId).toBe(first)
  await kms.send(new RotateKeyOnDemandCommand({ KeyId }))
  expect((await kms.send(new DecryptCommand({ CiphertextBlob }))).KeyMaterialId).toBe(first)
  const moved = await kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: KeyId }))
  const second = (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.CurrentKeyMaterialId
  expect(second).not.toBe(first)
  expect([moved.SourceKeyMaterialId, moved.DestinationKeyMaterialId]).toEqual([first, second])
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
})
