import type { Cloud } from '../../cloud.ts'
import { AccessDeniedError } from '../../protocol/service-error.ts'
import type { Decision, PolicyDocument, Principal, RequestContext } from './types.ts'

export interface BackgroundCall {
  /** A role that a service took, or the service itself. */
  readonly principal: Principal
  /** `sns:Publish` */
  readonly action: string
  readonly resource: string
  readonly context?: RequestContext
  readonly resourcePolicy?: PolicyDocument | undefined
}

/**
 * Asks IAM for a call that the cloud makes itself, outside of any request, and journals it as that call.
 * @throws AccessDeniedError
 */
export function authorizeBackground(cloud: Cloud, call: BackgroundCall): void {
  const decision = decideBackground(cloud, call)
  if (!decision.allowed) throw new AccessDeniedError(decision.message)
}

/** As {@link authorizeBackground}, for calls whose refusal stops nothing, such as a trace. */
export function decideBackground(cloud: Cloud, call: BackgroundCall): Decision {
  const { principal, action, resource, context, resourcePolicy } = call
  const decision = cloud.iam.authorize(principal, action, resource, context, resourcePolicy)
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
    outcome: decision.allowed ? 'ok' : 'AccessDeniedException',
  })
  return decision
}

/** Condition keys of a call that a service makes on behalf of a resource. */
export const sourceOf = (cloud: Cloud, sourceArn: string): RequestContext => ({
  'aws:SourceArn': sourceArn,
  'aws:SourceAccount': cloud.accountId,
  'aws:SourceOwner': cloud.accountId,
})
