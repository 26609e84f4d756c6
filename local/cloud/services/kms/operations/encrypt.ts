import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { seal } from '../ciphertext.ts'
import { blob, encryptionContext, keyId, MAX_PLAINTEXT } from '../input.ts'
import { assertUsable, findKey } from '../key.ts'

const schema = z.object({
  KeyId: keyId,
  Plaintext: blob(MAX_PLAINTEXT),
  EncryptionContext: encryptionContext,
  EncryptionAlgorithm: z.literal('SYMMETRIC_DEFAULT').optional(),
})

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
export function encrypt(input: unknown, call: Call): unknown {
  const { KeyId, Plaintext, EncryptionContext } = parseInput(schema, input)
  const key = findKey(call.cloud, KeyId)
  authorizeKey(call, 'kms:Encrypt', key, { encryptionContext: EncryptionContext })
  assertUsable(key)
  const CiphertextBlob = seal(call.cloud, key, Plaintext, EncryptionContext)
  return { CiphertextBlob, KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
}
