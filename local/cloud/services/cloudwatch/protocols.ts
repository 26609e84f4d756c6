import { queryCompatibleJson } from '../../protocol/json.ts'
import type { Protocol } from '../../protocol/protocol.ts'
import { query } from '../../protocol/query.ts'

/** SDKs speak AWS JSON 1.0 since 2025; the AWS CLI 2.9 still speaks Query. */
export const protocols: readonly Protocol[] = [
  queryCompatibleJson,
  query({ xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/' }),
]
