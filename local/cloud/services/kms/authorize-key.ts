import { parsePolicy } from '../iam/evaluator/policy-document.ts'
import type { RequestContext } from '../iam/types.ts'
import type { Call } from '../service.ts'
import type { EncryptionContext } from './ciphertext.ts'
import type { GrantRecord, KeyRecord } from './state.ts'

export interface KeyUse {
  readonly encryptionContext?: EncryptionContext | undefined
  /** The service that asks on the caller's behalf: `secretsmanager.eu-central-1.amazonaws.com`. */
  readonly viaService?: string
  readonly context?: RequestContext
}

/**
 * Whether the caller may use a key: its key policy, its grants, and, where the key policy hands over to the account,
 * the caller's own policies.
 * @throws AccessDeniedError
 */
export function authorizeKey(call: Call, action: string, key: KeyRecord, use: KeyUse = {}): void {
  call.authorize(action, key.arn, contextOf(call, key, use), { resourcePolicy: parsePolicy(effectivePolicy(key)) })
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

/** The key policy with each grant as one more statement, which is what a grant means. */
function effectivePolicy(key: KeyRecord): string {
  if (key.grants.length === 0) return key.policy
  const policy = JSON.parse(key.policy)
  return JSON.stringify({ ...policy, Statement: [policy.Statement, key.grants.map(statementOf)].flat(2) })
}

function statementOf(grant: GrantRecord): unknown {
  const { EncryptionContextSubset: subset, EncryptionContextEquals: equals } = grant.constraints ?? {}
  const demanded = Object.entries(subset ?? equals ?? {}).map(([name, value]) => [
    `kms:EncryptionContext:${name}`,
    value,
  ])
  const service = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/.test(grant.granteePrincipal)
  return {
    Sid: `Grant${grant.id.slice(0, 12)}`,
    Effect: 'Allow',
    Principal: service ? { Service: grant.granteePrincipal } : { AWS: grant.granteePrincipal },
    Action: grant.operations.map((operation) => `kms:${operation}`),
    Resource: '*',
    ...(demanded.length > 0 && { Condition: { StringEquals: Object.fromEntries(demanded) } }),
  }
}
