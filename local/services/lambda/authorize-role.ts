import type { Cloud } from '../../cloud.ts'
import type { Decision, Principal } from '../iam/types.ts'

/**
 * Asks IAM for something that AWS does under a role outside of any API call that the local cloud implements, such as
 * X-Ray's segments or a VPC's network interfaces, and journals it as the call that AWS would make.
 */
export function authorizeRole(cloud: Cloud, principal: Principal, action: string, resource: string): Decision {
  const decision = cloud.iam.authorize(principal, action, resource)
  const [service = '', operation = ''] = action.split(':')
  const told = decision.allowed
    ? `allowed by ${decision.by.holder}/${decision.by.policy}/${decision.by.sid}`
    : `denied: ${decision.reason}`
  cloud.journal.add({
    at: cloud.clock.now().toISOString(),
    source: 'api',
    service,
    operation,
    principal: principal.arn,
    ...(principal.kind === 'role' && { role: principal.roleName }),
    action,
    resource,
    decision: told,
    authorizations: [{ action, resource, decision: told }],
    input: [],
    outcome: decision.allowed ? 'ok' : 'AccessDenied',
  })
  return decision
}
