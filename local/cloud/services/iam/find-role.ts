import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { own } from '../own.ts'
import type { RoleRecord } from './state.ts'

/** @throws ServiceError `NoSuchEntity` */
export function findRole(cloud: Cloud, name: string): RoleRecord {
  const role = own(cloud.state.iam.roles, name)
  if (role) return role
  throw new ServiceError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404)
}

/** `arn:aws:iam::000000000000:role/path/name` → `name`; a bare name stays as it is. */
export const roleNameOf = (roleArn: string): string => roleArn.slice(roleArn.lastIndexOf('/') + 1)

/** The JSON text of a policy that stands in the role itself. @throws ServiceError `NoSuchEntity` */
export function findInlinePolicy(role: RoleRecord, name: string): string {
  const text = own(role.inline, name)
  if (text !== undefined) return text
  throw new ServiceError('NoSuchEntity', `The role policy with name ${name} cannot be found.`, 404)
}
