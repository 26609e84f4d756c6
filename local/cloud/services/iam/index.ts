import { query } from '../../protocol/query.ts'
import type { Service } from '../service.ts'
import { attachRolePolicy } from './operations/attach-role-policy.ts'
import { createRole } from './operations/create-role.ts'
import { deleteRole } from './operations/delete-role.ts'
import { deleteRolePolicy } from './operations/delete-role-policy.ts'
import { detachRolePolicy } from './operations/detach-role-policy.ts'
import { getRole } from './operations/get-role.ts'
import { getRolePolicy } from './operations/get-role-policy.ts'
import { listAttachedRolePolicies } from './operations/list-attached-role-policies.ts'
import { listRolePolicies } from './operations/list-role-policies.ts'
import { putRolePolicy } from './operations/put-role-policy.ts'
import { createServiceLinkedRole } from './operations/service-linked-role.ts'
import { updateAssumeRolePolicy } from './operations/update-assume-role-policy.ts'
import { useRoutes } from './use-routes.ts'

/** Identity and Access Management: roles and their policies, so that an operator can grant and take away. */
export const iam: Service = {
  name: 'iam',
  global: true,
  protocol: query({ xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/' }),
  operations: {
    AttachRolePolicy: attachRolePolicy,
    CreateRole: createRole,
    CreateServiceLinkedRole: createServiceLinkedRole,
    DeleteRole: deleteRole,
    DeleteRolePolicy: deleteRolePolicy,
    DetachRolePolicy: detachRolePolicy,
    GetRole: getRole,
    GetRolePolicy: getRolePolicy,
    ListAttachedRolePolicies: listAttachedRolePolicies,
    ListRolePolicies: listRolePolicies,
    PutRolePolicy: putRolePolicy,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  },
  control: useRoutes,
}
