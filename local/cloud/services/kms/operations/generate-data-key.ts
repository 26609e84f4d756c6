import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { readMaterialId, seal } from '../ciphertext.ts'
import { encryptionContext, keyId } from '../input.ts'
import { assertUsable, findKey } from '../key.ts'

const schema = z.object({
  KeyId: keyId,
  EncryptionContext: encryptionContext,
  KeySpec: z.enum(['AES_128', 'AES_256']).optional(),
  NumberOfBytes: z.int().min(1).max(1_024).optional(),
})

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html */
export function generateDataKey(input: unknown, call: Call): unknown {
  const { KeyId, EncryptionContext, KeySpec, NumberOfBytes } = parseInput(schema, input)
  if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
    throw new ServiceError('ValidationException', 'Please specify either number of bytes or key spec.')
  }
  const key = findKey(call.cloud, KeyId)
  authorizeKey(call, 'kms:GenerateDataKey', key, { encryptionContext: EncryptionContext })
  assertUsable(key)
  const Plaintext = call.cloud.random.bytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32))
  const CiphertextBlob = seal(call.cloud, key, Plaintext, EncryptionContext)
  return { CiphertextBlob, Plaintext, KeyId: key.arn, KeyMaterialId: readMaterialId(CiphertextBlob) }
}
