import * as z from 'zod'
import { SecretString } from '../../../core/secret-string.ts'

/** What a version of the secret holds: `{"apiKey": "<the key>", "keyId": "<the provider's id of it>"}`. */
const schema = z.object({ apiKey: z.string().min(1), keyId: z.string().min(1) })

/** The field that whoever uses the key reads. */
export const KEY_FIELD = 'apiKey' satisfies keyof z.infer<typeof schema>

export interface ProviderKey {
  apiKey: SecretString
  keyId: string
}

export const MALFORMED = 'a provider key is JSON {"apiKey": "…", "keyId": "…"}, both non-empty'

export function readProviderKey(value: SecretString): ProviderKey | undefined {
  try {
    const { apiKey, keyId } = schema.parse(JSON.parse(value.reveal()))
    return { apiKey: new SecretString(apiKey), keyId }
  } catch {
    return undefined
  }
}

export function writeProviderKey({ apiKey, keyId }: ProviderKey): SecretString {
  return new SecretString(JSON.stringify({ apiKey: apiKey.reveal(), keyId }))
}
