import { query } from '../../protocol/query.ts'
import type { Service } from '../service.ts'
import { getCallerIdentity } from './operations/get-caller-identity.ts'

/** Security Token Service. */
export const sts: Service = {
  name: 'sts',
  global: true,
  protocol: query({ xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/' }),
  operations: { GetCallerIdentity: getCallerIdentity },
}
