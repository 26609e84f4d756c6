import { parsePolicy } from '../iam/evaluator/policy-document.ts'
import type { RequestContext } from '../iam/types.ts'
import type { Call } from '../service.ts'
import type { EncryptionContext } from './ciphertext.ts'
import type { KeyRecord } from './state.ts'

export interface KeyUse {
  readonly encryptionContext?: EncryptionContext | undefined
  /** The service that asks on the caller's behalf: `secretsmanager.eu-central-1.amazonaws.com`. */
  readonly viaService?: string
  readonly context?: RequestContext
}

/**
 * Whether the caller may use a key: its key policy and, where the key policy hands over to the account,
 * the caller's own policies.
 * @throws AccessDeniedError
 */
export function authorizeKey(call: Call, action: string, key: KeyRecord, use: KeyUse = {}): void {
  call.authorize(action, key.arn, contextOf(call, key, use), { resourcePolicy: parsePolicy(key.policy) })
}

function contextOf(
  { principal }: Call,
  { tags }: KeyRecord,
  { encryptionContext = {}, viaService, context }: KeyUse,
): RequestContext {
  const members = Object.entries(encryptionContext)
  return {
    'kms:CallerAccount': principal.accountId,
    ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [`aws:ResourceTag/${name}`, value])),
    ...(viaService && { 'kms:ViaService': viaService }),
    ...(members.length > 0 && { 'kms:EncryptionContextKeys': members.map(([name]) => name) }),
    ...Object.fromEntries(members.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
    ...context,
  }
}
