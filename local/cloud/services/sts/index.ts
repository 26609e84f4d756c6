import { query } from '../../protocol/query.ts'
import type { Service } from '../service.ts'
import { assumeRole } from './operations/assume-role.ts'
import { getCallerIdentity } from './operations/get-caller-identity.ts'

/** Security Token Service. */
export const sts: Service = {
  name: 'sts',
  global: true,
  protocols: [query({ xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/' })],
  operations: { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity },
}
