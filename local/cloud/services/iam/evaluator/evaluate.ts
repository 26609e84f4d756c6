import type { Principal } from '../types.ts'
import { conditionsMet } from './conditions.ts'
import { matchingActions, matchingResources } from './patterns.ts'
import { matchPrincipal, type PrincipalMatch } from './principals.ts'
import type { Decision, DenyReason, Grant, PolicyDocument, RequestContext, Statement } from './types.ts'
import type { ContextLookup } from './variables.ts'

export interface AccessRequest {
  readonly principal: Principal
  /** `secretsmanager:GetSecretValue` */
  readonly action: string
  /** ARN, or `*` for actions that know no resource. */
  readonly resource: string
  readonly context: RequestContext
}

export interface Policies {
  readonly identity: readonly NamedPolicy[]
  readonly resource?: PolicyDocument | undefined
}

export interface NamedPolicy {
  /** The role or user that carries it; the ARN of the resource for a resource policy. */
  readonly holder: string
  readonly name: string
  readonly document: PolicyDocument
}

/** The name under which a resource's own policy appears in decisions and reports. */
export const RESOURCE_POLICY = 'resource-policy'

/**
 * Decides one call inside one account. An explicit Deny anywhere wins. Otherwise an identity policy or a resource
 * policy that names the caller suffices, but for a KMS key and for a role that is assumed: there the resource policy
 * must allow, or name the account and so hand the decision to the identity policies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 */
export function evaluate(request: AccessRequest, policies: Policies): Decision {
  const identity = policies.identity.flatMap((policy) => applying(policy, 'identity', request))
  const resource = policies.resource
    ? applying({ holder: request.resource, name: RESOURCE_POLICY, document: policies.resource }, 'resource', request)
    : []
  if (identity.some(denies))
    return denied(request, 'explicit-deny', 'with an explicit deny in an identity-based policy')
  if (resource.some(denies)) return denied(request, 'explicit-deny', 'with an explicit deny in a resource-based policy')

  const named = resource.filter(({ match }) => match === 'direct')
  const delegating = resource.filter(({ match }) => match === 'account')
  const strict = policies.resource !== undefined && decidesByResourcePolicy(request.action)
  const byIdentity = identity.length > 0 && (!strict || delegating.length > 0)
  const grants = [
    ...(byIdentity || named.length > 0 ? identity : []),
    ...named,
    ...(byIdentity && strict ? delegating : []),
  ].flatMap(({ grants }) => grants)
  const [by] = grants
  if (by) return { allowed: true, by, grants }

  const { action, principal } = request
  return (strict && delegating.length === 0) || principal.kind === 'service'
    ? denied(request, 'no-resource-policy', `because no resource-based policy allows the ${action} action`)
    : denied(request, 'no-identity-policy', `because no identity-based policy allows the ${action} action`)
}

/** A statement that speaks about the request: its principal, action, resource and conditions all fit. */
interface Applying {
  readonly statement: Statement
  readonly match: PrincipalMatch
  readonly grants: readonly Grant[]
}

function applying(policy: NamedPolicy, kind: Grant['kind'], request: AccessRequest): Applying[] {
  const lookup = contextLookup(request.context)
  return policy.document.statements.flatMap((statement) => {
    const match = matchHolder(statement, kind, request.principal)
    const actions = matchingActions(statement.actions, request.action)
    const resources = statement.resources ? matchingResources(statement.resources, request.resource, lookup) : ['*']
    const applies = match !== 'none' && actions.length > 0 && resources.length > 0
    if (!applies || !conditionsMet(statement.conditions, lookup)) return []
    const grants = actions.flatMap((action) =>
      resources.map((resource) => ({
        kind,
        holder: policy.holder,
        policy: policy.name,
        sid: statement.sid,
        action,
        resource,
      })),
    )
    return [{ statement, match, grants }]
  })
}

/** An identity policy speaks about whoever carries it; a resource policy that names nobody speaks about nobody. */
function matchHolder(statement: Statement, kind: Grant['kind'], principal: Principal): PrincipalMatch {
  if (kind === 'identity') return 'direct'
  return statement.principals ? matchPrincipal(statement.principals, principal) : 'none'
}

const denies = ({ statement }: Applying): boolean => statement.effect === 'Deny'

function decidesByResourcePolicy(action: string): boolean {
  return action.startsWith('kms:') || action.startsWith('sts:AssumeRole')
}

function contextLookup(context: RequestContext): ContextLookup {
  const keys = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value].flat()]))
  return (key) => keys.get(key.toLowerCase())
}

/** AWS's own wording, which operators and their scripts know. */
function denied({ principal, action, resource }: AccessRequest, reason: DenyReason, why: string): Decision {
  const message = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`
  return { allowed: false, reason, message }
}
