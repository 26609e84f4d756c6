import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import type { KeyRecord } from './state.ts'

export type EncryptionContext = Readonly<Record<string, string>>

const FORMAT = 1
const MATERIAL_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM under the key's newest material; the blob names key and material, the context is authenticated. */
export function seal(cloud: Cloud, key: KeyRecord, plaintext: Uint8Array, context: EncryptionContext = {}): Buffer {
  const material = key.materials.at(-1)
  if (!material) throw new ServiceError('KMSInvalidStateException', `${key.arn} has no key material.`)
  const iv = cloud.random.bytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(material.key, 'base64'), iv).setAAD(
    authenticated(key, context),
  )
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const keyId = Buffer.from(key.id)
  return Buffer.concat([
    Buffer.from([FORMAT, keyId.length]),
    keyId,
    Buffer.from(material.id, 'hex'),
    iv,
    cipher.getAuthTag(),
    body,
  ])
}

/** The id of the key that made a blob. @throws ServiceError InvalidCiphertextException */
export function readKeyId(blob: Buffer): string {
  const length = blob[1] ?? 0
  if (blob[0] !== FORMAT || blob.length < 2 + length + MATERIAL_BYTES + IV_BYTES + TAG_BYTES) throw invalid()
  return blob.subarray(2, 2 + length).toString()
}

/** The id of the key material that made a blob, which {@link readKeyId} accepts. */
export function readMaterialId(blob: Buffer): string {
  const start = 2 + Buffer.byteLength(readKeyId(blob))
  return blob.subarray(start, start + MATERIAL_BYTES).toString('hex')
}

/** The plaintext. @throws ServiceError InvalidCiphertextException for another context, key or a changed blob */
export function unseal(key: KeyRecord, blob: Buffer, context: EncryptionContext = {}): Buffer {
  const header = 2 + Buffer.byteLength(readKeyId(blob))
  const [material, iv, tag] = slices(blob.subarray(header), [MATERIAL_BYTES, IV_BYTES, TAG_BYTES])
  const body = blob.subarray(header + MATERIAL_BYTES + IV_BYTES + TAG_BYTES)
  const held = key.materials.find(({ id }) => id === material?.toString('hex'))
  if (!held || !iv || !tag) throw invalid()
  try {
    const decipher = createDecipheriv('aes-256-gcm', Buffer.from(held.key, 'base64'), iv)
    decipher.setAAD(authenticated(key, context)).setAuthTag(tag)
    return Buffer.concat([decipher.update(body), decipher.final()])
  } catch {
    throw invalid()
  }
}

/** Key id and sorted context, so that the order in which a caller names its members does not matter. */
function authenticated(key: KeyRecord, context: EncryptionContext): Buffer {
  const members = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1))
  return Buffer.from(JSON.stringify([key.id, members]))
}

function slices(from: Buffer, lengths: readonly number[]): Buffer[] {
  let start = 0
  return lengths.map((length) => {
    start += length
    return from.subarray(start - length, start)
  })
}

// AWS answers with the bare exception and no text, so that nobody learns which part did not fit.
const invalid = (): ServiceError => new ServiceError('InvalidCiphertextException', '')
