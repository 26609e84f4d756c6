import type { Cloud } from '../../cloud.ts'
import { AccessDeniedError } from '../../protocol/service-error.ts'
import type { Principal } from '../iam/types.ts'
import type { FunctionTarget } from './identify.ts'
import { policyOf, sourceContext } from './policy.ts'

/** @throws AccessDeniedError unless the invoker may; a service needs the function's resource policy to say so */
export function authorizeInvoke(cloud: Cloud, target: FunctionTarget, invoker: Principal, sourceArn?: string): void {
  const action = 'lambda:InvokeFunction'
  const context = sourceContext(cloud, sourceArn)
  const decision = cloud.iam.authorize(invoker, action, target.arn, context, policyOf(target.record))
  const told = decision.allowed
    ? `allowed by ${decision.by.holder}/${decision.by.policy}/${decision.by.sid}`
    : `denied: ${decision.reason}`
  cloud.journal.add({
    at: cloud.clock.now().toISOString(),
    source: 'api',
    service: 'lambda',
    operation: 'Invoke',
    principal: invoker.arn,
    ...(invoker.kind === 'role' && { role: invoker.roleName }),
    action,
    resource: target.arn,
    decision: told,
    authorizations: [{ action, resource: target.arn, decision: told }],
    input: ['FunctionName', 'Payload'],
    outcome: decision.allowed ? 'ok' : 'AccessDeniedException',
  })
  if (!decision.allowed) throw new AccessDeniedError(decision.message)
}
