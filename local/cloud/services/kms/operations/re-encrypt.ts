import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { readMaterialId, seal, unseal } from '../ciphertext.ts'
import { blob, encryptionContext, keyId, MAX_CIPHERTEXT } from '../input.ts'
import { assertUsable, findKey } from '../key.ts'
import { keyOfCiphertext } from '../key-of-ciphertext.ts'

const schema = z.object({
  CiphertextBlob: blob(MAX_CIPHERTEXT),
  SourceEncryptionContext: encryptionContext,
  SourceKeyId: keyId.optional(),
  DestinationKeyId: keyId,
  DestinationEncryptionContext: encryptionContext,
})

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html */
export function reEncrypt(input: unknown, call: Call): unknown {
  const options = parseInput(schema, input)
  const { cloud } = call
  const source = keyOfCiphertext(cloud, options.CiphertextBlob, options.SourceKeyId)
  authorizeKey(call, 'kms:ReEncryptFrom', source, { encryptionContext: options.SourceEncryptionContext })
  const destination = findKey(cloud, options.DestinationKeyId)
  authorizeKey(call, 'kms:ReEncryptTo', destination, { encryptionContext: options.DestinationEncryptionContext })
  assertUsable(source)
  assertUsable(destination)
  const plaintext = unseal(source, options.CiphertextBlob, options.SourceEncryptionContext)
  const CiphertextBlob = seal(cloud, destination, plaintext, options.DestinationEncryptionContext)
  return {
    CiphertextBlob,
    SourceKeyId: source.arn,
    KeyId: destination.arn,
    SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    SourceKeyMaterialId: readMaterialId(options.CiphertextBlob),
    DestinationKeyMaterialId: readMaterialId(CiphertextBlob),
  }
}
