import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { path, roleName, tagRecord, tags, uniqueId } from '../names.ts'
import { checkTrustPolicy } from '../policy-text.ts'
import { renderRole } from '../render.ts'

const schema = z.object({
  RoleName: roleName,
  Path: path,
  AssumeRolePolicyDocument: z.string(),
  Description: z.string().max(1000).optional(),
  MaxSessionDuration: z.coerce.number().int().min(3600).max(43_200).default(3600),
  Tags: tags.default([]),
  PermissionsBoundary: z.never('permissions boundaries are not evaluated by the local cloud: leave it out').optional(),
})

export const createRole: Operation = (input, call) => {
  const { RoleName, Path, AssumeRolePolicyDocument, Description, MaxSessionDuration, Tags } = parseInput(
    schema,
    input,
    'ValidationError',
  )
  const { cloud } = call
  const arn = `arn:aws:iam::${cloud.accountId}:role${Path}${RoleName}`
  call.authorize('iam:CreateRole', arn)
  if (own(cloud.state.iam.roles, RoleName)) {
    throw new ServiceError('EntityAlreadyExists', `Role with name ${RoleName} already exists.`, 409)
  }
  const role = {
    name: RoleName,
    id: uniqueId('AROA', cloud.random),
    arn,
    path: Path,
    createdAt: cloud.clock.now().toISOString(),
    ...(Description !== undefined && { description: Description }),
    maxSessionSeconds: MaxSessionDuration,
    trust: checkTrustPolicy(AssumeRolePolicyDocument),
    inline: {},
    attached: [],
    tags: tagRecord(Tags),
  }
  cloud.state.iam.roles[RoleName] = role
  return { Role: renderRole(role) }
}
