import { createCipheriv, createDecipheriv } from 'node:crypto'
import { AccessDeniedError, ServiceError } from '../../protocol/service-error.ts'
import { authorizeKey } from '../kms/authorize-key.ts'
import { type EncryptionContext, seal, unseal } from '../kms/ciphertext.ts'
import { assertUsable, findKey } from '../kms/key.ts'
import { managedKey } from '../kms/managed-key.ts'
import type { KeyRecord } from '../kms/state.ts'
import type { Call } from '../service.ts'
import type { PlainValue } from './input.ts'
import type { EncryptedValue, SecretRecord } from './state.ts'

/**
 * Encrypts a value for one version under a fresh data key, which KMS wraps. The caller, not the service, must be
 * allowed to use the KMS key.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 * @throws AccessDeniedError, ServiceError EncryptionFailure
 */
export function encryptValue(call: Call, secret: SecretRecord, versionId: string, value: PlainValue): EncryptedValue {
  const { cloud } = call
  const key = keyOf(call, secret)
  useKey(call, key, contextOf(secret, versionId), ['kms:GenerateDataKey', 'kms:Decrypt'], 'EncryptionFailure')
  const dataKey = cloud.random.bytes(32)
  const iv = cloud.random.bytes(12)
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv).setAAD(Buffer.from(versionId))
  const ciphertext = Buffer.concat([cipher.update(value.bytes), cipher.final()])
  return {
    kind: value.kind,
    keyArn: key.arn,
    dataKey: seal(cloud, key, dataKey, contextOf(secret, versionId)).toString('base64'),
    iv: Buffer.from(iv).toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    ciphertext: ciphertext.toString('base64'),
  }
}

/** @throws AccessDeniedError, ServiceError DecryptionFailure */
export function decryptValue(call: Call, secret: SecretRecord, versionId: string, value: EncryptedValue): PlainValue {
  const key = findUsedKey(call, value.keyArn)
  useKey(call, key, contextOf(secret, versionId), ['kms:Decrypt'], 'DecryptionFailure')
  const dataKey = unseal(key, Buffer.from(value.dataKey, 'base64'), contextOf(secret, versionId))
  const decipher = createDecipheriv('aes-256-gcm', dataKey, Buffer.from(value.iv, 'base64'))
  decipher.setAAD(Buffer.from(versionId)).setAuthTag(Buffer.from(value.tag, 'base64'))
  const bytes = Buffer.concat([decipher.update(Buffer.from(value.ciphertext, 'base64')), decipher.final()])
  return { kind: value.kind, bytes }
}

/**
 * What Secrets Manager does before a key becomes a secret's: it generates a data key and decrypts it on the caller's
 * behalf, and throws both away. The context's version is a literal; while there is no secret yet, so is its ARN, as key
 * policies in use show.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html (Validating access to the KMS key)
 * @throws AccessDeniedError, ServiceError EncryptionFailure
 */
export function validateKeyAccess(call: Call, kmsKeyId: string, secretArn = VALIDATION): void {
  const key = findKey(call.cloud, kmsKeyId)
  const context = { SecretARN: secretArn, SecretVersionId: VALIDATION }
  useKey(call, key, context, ['kms:GenerateDataKey', 'kms:Decrypt'], 'EncryptionFailure')
}

const VALIDATION = 'RequestToValidateKeyAccess'

/** The value's members in an answer. */
export const valueOutput = ({ kind, bytes }: PlainValue): unknown =>
  kind === 'string' ? { SecretString: bytes.toString('utf8') } : { SecretBinary: bytes }

function keyOf({ cloud }: Call, secret: SecretRecord): KeyRecord {
  if (secret.kmsKeyId === undefined) return managedKey(cloud, 'secretsmanager')
  try {
    return findKey(cloud, secret.kmsKeyId)
  } catch (error) {
    throw failure('EncryptionFailure', secret.kmsKeyId, error)
  }
}

function findUsedKey({ cloud }: Call, arn: string): KeyRecord {
  try {
    return findKey(cloud, arn)
  } catch (error) {
    throw failure('DecryptionFailure', arn, error)
  }
}

function useKey(
  call: Call,
  key: KeyRecord,
  encryptionContext: EncryptionContext,
  actions: readonly string[],
  code: FailureCode,
): void {
  const viaService = `secretsmanager.${call.cloud.region}.amazonaws.com`
  try {
    for (const action of actions) authorizeKey(call, action, key, { encryptionContext, viaService })
    assertUsable(key)
  } catch (error) {
    // AWS says no more than its first sentence; the rest is what an operator has to search for there.
    if (error instanceof AccessDeniedError) {
      throw new AccessDeniedError(`Access to KMS is not allowed. ${error.message}`)
    }
    throw failure(code, key.arn, error)
  }
}

const contextOf = (secret: SecretRecord, versionId: string) => ({ SecretARN: secret.arn, SecretVersionId: versionId })

type FailureCode = 'EncryptionFailure' | 'DecryptionFailure'

function failure(code: FailureCode, key: string, error: unknown): ServiceError {
  const why = error instanceof Error ? error.message : ''
  const verb = code === 'EncryptionFailure' ? 'encrypt' : 'decrypt'
  return new ServiceError(
    code,
    `Secrets Manager can't ${verb} the protected secret text using the provided KMS key ${key}. ${why}`,
  )
}
