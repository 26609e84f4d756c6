import type { Cloud } from '../../cloud.ts'
import { AccessDeniedError } from '../../protocol/service-error.ts'
import { evaluate, type NamedPolicy, RESOURCE_POLICY } from './evaluator/evaluate.ts'
import { parsePolicy } from './evaluator/policy-document.ts'
import { findRole, roleNameOf } from './find-role.ts'
import { grantKey, grantsOf } from './grants.ts'
import { managedPolicy } from './managed-policies.ts'
import { createRecordedUses } from './recorded-uses.ts'
import { openSession, sessionOf } from './sessions.ts'
import type { RoleRecord } from './state.ts'
import {
  type AssumeOptions,
  type Decision,
  type Grant,
  type Iam,
  type Principal,
  type RequestContext,
  type ResourcePolicy,
  type RolePrincipal,
  servicePrincipal,
  type UserPrincipal,
} from './types.ts'

/** Access key id (and secret) of the account's administrator. */
export const ADMINISTRATOR_KEY = 'local'

const ADMINISTRATOR_ACCESS = parsePolicy(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Sid: 'AdministratorAccess', Effect: 'Allow', Action: '*', Resource: '*' },
  }),
)

/** IAM of the local cloud: decides every call by the policies in its state, and remembers which grants were used. */
export function createIam(cloud: Cloud): Iam {
  const sources: (() => Iterable<ResourcePolicy>)[] = [() => trustPolicies(cloud)]
  const uses = createRecordedUses()

  function authorize(
    principal: Principal,
    action: string,
    resource: string,
    context: RequestContext = {},
    resourcePolicy?: ResourcePolicy['document'],
  ): Decision {
    const request = {
      principal,
      action,
      resource,
      // The loopback stands in for TLS: a policy that insists on it must see what it would see in AWS.
      context: { ...principalContext(cloud, principal), ...context, 'aws:SecureTransport': 'true' },
    }
    const decision = evaluate(request, { identity: identityPolicies(cloud, principal), resource: resourcePolicy })
    if (decision.allowed) {
      recordUse(cloud, decision.grants)
      uses.add({ request, resourcePolicy, grants: decision.grants })
    }
    return decision
  }

  function assume(roleArn: string, sessionName: string, options: AssumeOptions): RolePrincipal {
    const role = findRole(cloud, roleNameOf(roleArn))
    if (options.service) {
      const invoker = servicePrincipal(options.service, cloud.accountId)
      const source = options.sourceArn
        ? { 'aws:SourceArn': options.sourceArn, 'aws:SourceAccount': cloud.accountId }
        : {}
      const decision = authorize(invoker, 'sts:AssumeRole', role.arn, source, parsePolicy(role.trust))
      if (!decision.allowed) throw new AccessDeniedError(decision.message)
    }
    return rolePrincipal(cloud, role, sessionName)
  }

  const grants = (): Grant[] =>
    Object.values(cloud.state.iam.roles).flatMap((role) =>
      rolePolicies(role).flatMap((policy) => grantsOf(policy, 'identity')),
    )
  const resourceGrants = (): Grant[] =>
    sources
      .flatMap((source) => [...source()])
      .flatMap(({ resource, document }) => grantsOf({ holder: resource, name: RESOURCE_POLICY, document }, 'resource'))
  const unused = (grant: Grant): boolean => cloud.state.iam.used[grantKey(grant)] === undefined

  return {
    principalFor(accessKeyId, sessionToken) {
      if (accessKeyId === ADMINISTRATOR_KEY) return administrator(cloud)
      const session = sessionOf(cloud, accessKeyId, sessionToken)
      const role = session && cloud.state.iam.roles[session.roleName]
      return role && rolePrincipal(cloud, role, session.sessionName)
    },
    authorize,
    assume,
    issueCredentials(roleArn, sessionName, options = {}) {
      const { roleName } = assume(roleArn, sessionName, options)
      return openSession(cloud, roleName, sessionName, options.durationMs)
    },
    watchResourcePolicies: (source) => {
      sources.push(source)
    },
    grants,
    unusedGrants: () => grants().filter(unused),
    resourceGrants,
    unusedResourceGrants: () => resourceGrants().filter(unused),
    uses: () => uses.all(),
    clearUse: () => {
      cloud.state.iam.used = {}
      uses.clear()
    },
  }
}

const administrator = ({ accountId }: Cloud): UserPrincipal => ({
  kind: 'user',
  arn: `arn:aws:iam::${accountId}:user/${ADMINISTRATOR_KEY}`,
  accountId,
  userName: ADMINISTRATOR_KEY,
})

const rolePrincipal = ({ accountId }: Cloud, role: RoleRecord, sessionName: string): RolePrincipal => ({
  kind: 'role',
  arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${sessionName}`,
  accountId,
  roleName: role.name,
  roleArn: role.arn,
  sessionName,
})

function identityPolicies(cloud: Cloud, principal: Principal): NamedPolicy[] {
  if (principal.kind === 'service') return []
  if (principal.kind === 'user') {
    return [{ holder: principal.userName, name: 'AdministratorAccess', document: ADMINISTRATOR_ACCESS }]
  }
  const role = cloud.state.iam.roles[principal.roleName]
  return role ? rolePolicies(role) : []
}

function rolePolicies(role: RoleRecord): NamedPolicy[] {
  const inline = Object.entries(role.inline).map(([name, text]) => ({
    holder: role.name,
    name,
    document: parsePolicy(text),
  }))
  const attached = role.attached.flatMap((arn) => {
    const policy = managedPolicy(arn)
    return policy ? [{ holder: role.name, name: policy.name, document: parsePolicy(policy.document) }] : []
  })
  return [...inline, ...attached]
}

const trustPolicies = (cloud: Cloud): ResourcePolicy[] =>
  Object.values(cloud.state.iam.roles).map(({ arn, trust }) => ({ resource: arn, document: parsePolicy(trust) }))

/** Condition keys that tell who calls; a call may add its own, and overrides these. */
function principalContext(cloud: Cloud, principal: Principal): RequestContext {
  const tags = principal.kind === 'role' ? (cloud.state.iam.roles[principal.roleName]?.tags ?? {}) : {}
  const service = principal.kind === 'service'
  return {
    'aws:CurrentTime': cloud.clock.now().toISOString(),
    'aws:EpochTime': String(Math.floor(cloud.clock.now().getTime() / 1_000)),
    'aws:RequestedRegion': cloud.region,
    'aws:PrincipalIsAWSService': String(service),
    ...(service
      ? { 'aws:PrincipalServiceName': principal.arn }
      : {
          'aws:PrincipalArn': principal.kind === 'role' ? principal.roleArn : principal.arn,
          'aws:PrincipalAccount': principal.accountId,
          'aws:PrincipalType': principal.kind === 'role' ? 'AssumedRole' : 'User',
        }),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  }
}

/** The administrator is not part of the program under test, so its grants are not counted. */
function recordUse(cloud: Cloud, grants: readonly Grant[]): void {
  const { roles, used } = cloud.state.iam
  for (const grant of grants) {
    if (grant.kind === 'identity' && roles[grant.holder] === undefined) continue
    const key = grantKey(grant)
    used[key] = (used[key] ?? 0) + 1
  }
}
