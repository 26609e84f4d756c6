import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { path, policyName } from '../names.ts'
import { checkIdentityPolicy } from '../policy-text.ts'
import { renderPolicy } from '../render.ts'
import { uniqueId } from '../unique-id.ts'

const schema = z.object({
  PolicyName: policyName,
  Path: path,
  PolicyDocument: z.string(),
  Description: z.string().max(1000).optional(),
})

export const createPolicy: Operation = (input, call) => {
  const { PolicyName, Path, PolicyDocument, Description } = parseInput(schema, input, 'ValidationError')
  const { cloud } = call
  const arn = `arn:aws:iam::${cloud.accountId}:policy${Path}${PolicyName}`
  call.authorize('iam:CreatePolicy', arn)
  if (cloud.state.iam.policies[arn]) {
    throw new ServiceError('EntityAlreadyExists', `A policy called ${PolicyName} already exists.`, 409)
  }
  const policy = {
    name: PolicyName,
    id: uniqueId('ANPA', cloud.random),
    arn,
    path: Path,
    createdAt: cloud.clock.now().toISOString(),
    ...(Description !== undefined && { description: Description }),
    document: checkIdentityPolicy(PolicyDocument),
  }
  cloud.state.iam.policies[arn] = policy
  return { Policy: renderPolicy(policy, 0) }
}
