import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { attachmentsOf } from '../find-policy.ts'
import { renderPolicy } from '../render.ts'

const schema = z.object({ PathPrefix: z.string().default('/') })

export const listPolicies: Operation = (input, call) => {
  const { PathPrefix } = parseInput(schema, input, 'ValidationError')
  call.authorize('iam:ListPolicies', '*')
  const policies = Object.values(call.cloud.state.iam.policies).filter(({ path }) => path.startsWith(PathPrefix))
  const rendered = policies.map((policy) => renderPolicy(policy, attachmentsOf(call.cloud, policy.arn)))
  return { Policies: rendered, IsTruncated: false }
}
