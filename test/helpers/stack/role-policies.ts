import { GetRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import type { StackUnderTest } from './stack-under-test.ts'

export interface PolicyStatement {
  Sid: string
  Effect: string
  Action: string[]
  Resource?: string[]
  [element: string]: unknown
}

export interface PolicyText {
  Version: string
  Statement: PolicyStatement[]
}

const POLICY = 'permissions'

/** A role of the stack by its short name: `proxy-task`. */
export const roleName = (role: string): string => `keyturn-dev-${role}`

/** Takes one action out of a statement of a live role, as an operator would, and puts it back afterwards. */
export function withoutAction<T>(
  stack: StackUnderTest,
  role: string,
  sid: string,
  action: string,
  work: () => Promise<T>,
): Promise<T> {
  return withPolicy(stack, role, (policy) => removeAction(policy, sid, action), work)
}

/** Gives a live role other statements while `work` runs. */
export async function withPolicy<T>(
  { iam }: StackUnderTest,
  role: string,
  change: (policy: PolicyText) => PolicyText,
  work: () => Promise<T>,
): Promise<T> {
  const names = { RoleName: roleName(role), PolicyName: POLICY }
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand(names))
  const before = decodeURIComponent(PolicyDocument ?? '')
  const after = JSON.stringify(change(JSON.parse(before)))
  if (after === before) throw new Error(`the change left the policy of ${role} as it was`)
  await iam.send(new PutRolePolicyCommand({ ...names, PolicyDocument: after }))
  try {
    return await work()
  } finally {
    await iam.send(new PutRolePolicyCommand({ ...names, PolicyDocument: before }))
  }
}

/** The policy without one action of one statement; a statement that is left without any goes. */
export function removeAction(policy: PolicyText, sid: string, action: string): PolicyText {
  return {
    ...policy,
    Statement: policy.Statement.map((statement) =>
      statement.Sid === sid
        ? { ...statement, Action: statement.Action.filter((granted) => granted !== action) }
        : statement,
    ).filter(({ Action }) => Action.length > 0),
  }
}
