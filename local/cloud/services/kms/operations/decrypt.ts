import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { readMaterialId, unseal } from '../ciphertext.ts'
import { blob, encryptionContext, keyId, MAX_CIPHERTEXT } from '../input.ts'
import { assertUsable } from '../key.ts'
import { keyOfCiphertext } from '../key-of-ciphertext.ts'

const schema = z.object({
  CiphertextBlob: blob(MAX_CIPHERTEXT),
  EncryptionContext: encryptionContext,
  KeyId: keyId.optional(),
  EncryptionAlgorithm: z.literal('SYMMETRIC_DEFAULT').optional(),
})

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
export function decrypt(input: unknown, call: Call): unknown {
  const { CiphertextBlob, EncryptionContext, KeyId } = parseInput(schema, input)
  const key = keyOfCiphertext(call.cloud, CiphertextBlob, KeyId)
  authorizeKey(call, 'kms:Decrypt', key, { encryptionContext: EncryptionContext })
  assertUsable(key)
  const Plaintext = unseal(key, CiphertextBlob, EncryptionContext)
  return {
    KeyId: key.arn,
    Plaintext,
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    KeyMaterialId: readMaterialId(CiphertextBlob),
  }
}
