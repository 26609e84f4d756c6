import { json } from '../../protocol/json.ts'
import type { Service } from '../service.ts'

export const kms: Service = {
  name: 'kms',
  protocols: [json],
  operations: {},
}
