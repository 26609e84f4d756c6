import { json } from '../../protocol/json.ts'
import type { Service } from '../service.ts'

export const secretsManager: Service = {
  name: 'secretsmanager',
  protocols: [json],
  operations: {},
}
