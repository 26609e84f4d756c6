import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { readKeyId } from './ciphertext.ts'
import { findKey } from './key.ts'
import type { KeyRecord } from './state.ts'

/**
 * The key that made a blob, which must be the one the caller names, if it names one.
 * @throws ServiceError IncorrectKeyException, InvalidCiphertextException
 */
export function keyOfCiphertext(cloud: Cloud, blob: Buffer, expected: string | undefined): KeyRecord {
  const key = cloud.state.kms.keys[readKeyId(blob)]
  if (!key) throw new ServiceError('InvalidCiphertextException', '')
  if (expected !== undefined && findKey(cloud, expected) !== key) {
    throw new ServiceError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    )
  }
  return key
}
