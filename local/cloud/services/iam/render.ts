import { tagList } from './names.ts'
import type { PolicyRecord, RoleRecord } from './state.ts'

/** A role as the API shows it. Policies in answers are percent-encoded, as IAM has always sent them. */
export const renderRole = (role: RoleRecord) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: new Date(role.createdAt),
  AssumeRolePolicyDocument: encodeURIComponent(role.trust),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
  Tags: tagList(role.tags),
})

export const renderPolicy = (policy: PolicyRecord, attachments: number) => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: 'v1',
  AttachmentCount: attachments,
  IsAttachable: true,
  Description: policy.description,
  CreateDate: new Date(policy.createdAt),
  UpdateDate: new Date(policy.createdAt),
})
