import { query } from '../../protocol/query.ts'
import type { Service } from '../service.ts'
import { attachRolePolicy } from './operations/attach-role-policy.ts'
import { createPolicy } from './operations/create-policy.ts'
import { createRole } from './operations/create-role.ts'
import { deletePolicy } from './operations/delete-policy.ts'
import { deleteRole } from './operations/delete-role.ts'
import { deleteRolePolicy } from './operations/delete-role-policy.ts'
import { detachRolePolicy } from './operations/detach-role-policy.ts'
import { getPolicy } from './operations/get-policy.ts'
import { getPolicyVersion } from './operations/get-policy-version.ts'
import { getRole } from './operations/get-role.ts'
import { getRolePolicy } from './operations/get-role-policy.ts'
import { listAttachedRolePolicies } from './operations/list-attached-role-policies.ts'
import { listPolicies } from './operations/list-policies.ts'
import { listRolePolicies } from './operations/list-role-policies.ts'
import { listRoleTags } from './operations/list-role-tags.ts'
import { listRoles } from './operations/list-roles.ts'
import { putRolePolicy } from './operations/put-role-policy.ts'
import { createServiceLinkedRole } from './operations/service-linked-role.ts'
import { tagRole } from './operations/tag-role.ts'
import { untagRole } from './operations/untag-role.ts'
import { updateAssumeRolePolicy } from './operations/update-assume-role-policy.ts'
import { updateRole } from './operations/update-role.ts'
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
