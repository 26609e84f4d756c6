import { evaluate, type NamedPolicy } from '../../../local/cloud/services/iam/evaluator/evaluate.ts'
import { parsePolicy } from '../../../local/cloud/services/iam/evaluator/policy-document.ts'
import type { Grant, PolicyDocument } from '../../../local/cloud/services/iam/evaluator/types.ts'
import type { RecordedUse } from '../../../local/cloud/services/iam/recorded-uses.ts'
import { removeAction } from './role-policies.ts'
import type { StackUnderTest } from './stack-under-test.ts'

/** One action of one statement, and what became of the calls it had allowed once it was taken away. */
export interface Removal {
  readonly grant: string
  readonly calls: number
  /** Calls that were allowed all the same: something else grants them too. */
  readonly stillAllowed: readonly string[]
  /** Refusals whose message does not name who, what and on what. */
  readonly vague: readonly string[]
}

/** Takes every action out of every statement of every role in turn, and asks again for each call that it had allowed. */
export function removeEachRoleAction({ cloud }: StackUnderTest, isOurs: (role: string) => boolean): Removal[] {
  return distinct(cloud.iam.grants().filter(({ holder }) => isOurs(holder))).map((grant) => {
    const role = cloud.state.iam.roles[grant.holder]
    const policies = Object.entries(role?.inline ?? {}).map(([name, text]): NamedPolicy => {
      const left = name === grant.policy ? removeAction(JSON.parse(text), grant.sid, grant.action) : JSON.parse(text)
      return { holder: grant.holder, name, document: parsePolicy(JSON.stringify(left)) }
    })
    return ask(grant, cloud.iam.uses(), (use) => ({ identity: policies, resource: use.resourcePolicy }), grant.holder)
  })
}

/**
 * The same for the statements of resource policies: trust policies, key policies, function policies. The caller's
 * identity policies stay as they are.
 */
export function removeEachResourceAction({ cloud }: StackUnderTest, grants: readonly Grant[]): Removal[] {
  return distinct(grants).map((grant) =>
    ask(grant, cloud.iam.uses(), (use) => ({
      identity: identityOf(cloud.state.iam.roles, use),
      resource: use.resourcePolicy && without(use.resourcePolicy, grant),
    })),
  )
}

type Policies = Parameters<typeof evaluate>[1]

function ask(grant: Grant, uses: readonly RecordedUse[], policies: (use: RecordedUse) => Policies, who = ''): Removal {
  const calls = uses.filter(({ grants }) => grants.some((used) => same(used, grant)))
  const answers = calls.map((use) => ({ use, decision: evaluate(use.request, policies(use)) }))
  return {
    grant: [grant.holder, grant.policy, grant.sid, grant.action].join(' / '),
    calls: calls.length,
    stillAllowed: answers.flatMap(({ use, decision }) =>
      decision.allowed ? [`${use.request.resource} by ${decision.by.holder}/${decision.by.sid}`] : [],
    ),
    vague: answers.flatMap(({ use: { request }, decision }) =>
      !decision.allowed &&
      ![who, request.principal.arn, request.action, request.resource].every((part) => decision.message.includes(part))
        ? [decision.message]
        : [],
    ),
  }
}

/** Grants are told per resource; an action is taken out of a statement as a whole. */
const distinct = (grants: readonly Grant[]): Grant[] => [
  ...new Map(
    grants.map((grant) => [JSON.stringify([grant.holder, grant.policy, grant.sid, grant.action]), grant]),
  ).values(),
]

const same = (one: Grant, other: Grant): boolean =>
  one.kind === other.kind &&
  one.holder === other.holder &&
  one.policy === other.policy &&
  one.sid === other.sid &&
  one.action === other.action

function identityOf(roles: Readonly<Record<string, { inline: Record<string, string> }>>, { request }: RecordedUse) {
  const { principal } = request
  if (principal.kind === 'service') return []
  // The account's administrator may do everything, as far as identity policies go.
  if (principal.kind === 'user') return [{ holder: principal.userName, name: 'all', document: EVERYTHING }]
  return Object.entries(roles[principal.roleName]?.inline ?? {}).map(([name, text]): NamedPolicy => {
    return { holder: principal.roleName, name, document: parsePolicy(text) }
  })
}

const EVERYTHING = parsePolicy(
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }),
)

const without = (policy: PolicyDocument, { sid, action }: Grant): PolicyDocument => ({
  ...policy,
  statements: policy.statements.map((statement) =>
    statement.sid === sid
      ? {
          ...statement,
          actions: { ...statement.actions, values: statement.actions.values.filter((one) => one !== action) },
        }
      : statement,
  ),
})
