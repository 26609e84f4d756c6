import { tagList } from './names.ts'
import type { RoleRecord } from './state.ts'

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
