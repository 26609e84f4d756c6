import { query } from '../../protocol/query.ts'
import type { Service } from '../service.ts'
import { attachRolePolicy } from './attach-role-policy.ts'
import { createPolicy } from './create-policy.ts'
import { createRole } from './create-role.ts'
import { deletePolicy } from './delete-policy.ts'
import { deleteRole } from './delete-role.ts'
import { deleteRolePolicy } from './delete-role-policy.ts'
import { detachRolePolicy } from './detach-role-policy.ts'
import { getPolicy } from './get-policy.ts'
import { getPolicyVersion } from './get-policy-version.ts'
import { getRole } from './get-role.ts'
import { getRolePolicy } from './get-role-policy.ts'
import { listAttachedRolePolicies } from './list-attached-role-policies.ts'
import { listPolicies } from './list-policies.ts'
import { listRolePolicies } from './list-role-policies.ts'
import { listRoleTags } from './list-role-tags.ts'
import { listRoles } from './list-roles.ts'
import { putRolePolicy } from './put-role-policy.ts'
import { createServiceLinkedRole } from './service-linked-role.ts'
import { tagRole } from './tag-role.ts'
import { untagRole } from './untag-role.ts'
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts'
import { updateRole } from './update-role.ts'
import { useRoutes } from './use-routes.ts'

/** Identity and Access Management: roles and their policies, so that an operator can grant and take away. */
export const iam: Service = {
  name: 'iam',
  global: true,
  protocols: [query({ xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/' })],
  operations: {
    AttachRolePolicy: attachRolePolicy,
    CreatePolicy: createPolicy,
    CreateRole: createRole,
    CreateServiceLinkedRole: createServiceLinkedRole,
    DeletePolicy: deletePolicy,
    DeleteRole: deleteRole,
    DeleteRolePolicy: deleteRolePolicy,
    DetachRolePolicy: detachRolePolicy,
    GetPolicy: getPolicy,
    GetPolicyVersion: getPolicyVersion,
    GetRole: getRole,
    GetRolePolicy: getRolePolicy,
    ListAttachedRolePolicies: listAttachedRolePolicies,
    ListPolicies: listPolicies,
    ListRolePolicies: listRolePolicies,
    ListRoleTags: listRoleTags,
    ListRoles: listRoles,
    PutRolePolicy: putRolePolicy,
    TagRole: tagRole,
    UntagRole: untagRole,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
    UpdateRole: updateRole,
  },
  control: useRoutes,
}
