import type { Principal } from '../types.ts'
import type { PrincipalElement } from './types.ts'

/**
 * How a Principal element names a caller: itself (`direct`), its account as a whole (`account`, which hands the
 * decision to the caller's identity policies), or not at all.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export type PrincipalMatch = 'direct' | 'account' | 'none'

export function matchPrincipal(element: PrincipalElement, principal: Principal): PrincipalMatch {
  const found = element.entries.map((entry) => matchEntry(entry, principal))
  if (element.negated) return found.every((match) => match === 'none') ? 'direct' : 'none'
  if (found.includes('direct')) return 'direct'
  return found.includes('account') ? 'account' : 'none'
}

function matchEntry({ type, value }: PrincipalElement['entries'][number], principal: Principal): PrincipalMatch {
  if (type === 'Service') return principal.kind === 'service' && principal.arn === value ? 'direct' : 'none'
  if (type !== 'AWS') return 'none'
  if (value === '*') return 'direct'
  if (principal.kind === 'service') return 'none'
  if (value === principal.accountId || value === `arn:aws:iam::${principal.accountId}:root`) return 'account'
  const names: readonly string[] = principal.kind === 'role' ? [principal.arn, principal.roleArn] : [principal.arn]
  return names.includes(value) ? 'direct' : 'none'
}
