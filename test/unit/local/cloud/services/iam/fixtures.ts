import {
  type AccessRequest,
  evaluate,
  type Policies,
} from '../../../../../../local/cloud/services/iam/evaluator/evaluate.ts'
import { parsePolicy } from '../../../../../../local/cloud/services/iam/evaluator/policy-document.ts'
import type { Decision, RequestContext } from '../../../../../../local/cloud/services/iam/evaluator/types.ts'
import type { Principal, RolePrincipal, ServicePrincipal } from '../../../../../../local/cloud/services/iam/types.ts'

export const ACCOUNT = '000000000000'
export const SECRET = `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:keyturn/dev/openai-a1B2c3`

export const rotator: RolePrincipal = {
  kind: 'role',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/rotator/session`,
  accountId: ACCOUNT,
  roleName: 'rotator',
  roleArn: `arn:aws:iam::${ACCOUNT}:role/rotator`,
  sessionName: 'session',
}

export const service = (name: string): ServicePrincipal => ({ kind: 'service', arn: name, accountId: ACCOUNT })

export interface Asked {
  principal?: Principal
  action?: string
  resource?: string
  context?: RequestContext
}

/** Evaluates one call of the role `rotator` against statements written as in a policy's JSON. */
export function decide(
  identity: readonly object[],
  asked: Asked = {},
  resourceStatements?: readonly object[],
): Decision {
  const request: AccessRequest = {
    principal: asked.principal ?? rotator,
    action: asked.action ?? 'secretsmanager:GetSecretValue',
    resource: asked.resource ?? SECRET,
    context: asked.context ?? {},
  }
  const policies: Policies = {
    identity: [{ holder: 'rotator', name: 'inline', document: policyOf(identity) }],
    ...(resourceStatements && { resource: policyOf(resourceStatements) }),
  }
  return evaluate(request, policies)
}

export const policyOf = (statements: readonly object[]) =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }))

export const allow = (more: object = {}): object => ({ Effect: 'Allow', Action: '*', Resource: '*', ...more })
export const deny = (more: object = {}): object => ({ Effect: 'Deny', Action: '*', Resource: '*', ...more })
