import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findPolicy } from '../find-policy.ts'

const schema = z.object({
  PolicyArn: z.string(),
  VersionId: z.literal('v1', 'the local cloud keeps one version of a policy: v1'),
})

export const getPolicyVersion: Operation = (input, call) => {
  const { PolicyArn, VersionId } = parseInput(schema, input, 'ValidationError')
  call.authorize('iam:GetPolicyVersion', PolicyArn)
  const { document, createdAt } = findPolicy(call.cloud, PolicyArn)
  const version = { VersionId, Document: encodeURIComponent(document), IsDefaultVersion: true }
  return { PolicyVersion: { ...version, CreateDate: new Date(createdAt) } }
}
