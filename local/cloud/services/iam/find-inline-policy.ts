import { ServiceError } from '../../protocol/service-error.ts'
import { own } from '../own.ts'
import type { RoleRecord } from './state.ts'

/** The JSON text of a policy that stands in the role itself. @throws ServiceError `NoSuchEntity` */
export function findInlinePolicy(role: RoleRecord, name: string): string {
  const text = own(role.inline, name)
  if (text !== undefined) return text
  throw new ServiceError('NoSuchEntity', `The role policy with name ${name} cannot be found.`, 404)
}
