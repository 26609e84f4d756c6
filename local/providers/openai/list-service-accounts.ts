import { type Exchange, type Reply, UpstreamError } from '../exchange.ts'
import { requireAdmin, serviceAccount } from './admin.ts'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

/** `GET /v1/organization/projects/{project}/service_accounts?after=…&limit=…`. */
export function listServiceAccounts(exchange: Exchange): Reply {
  requireAdmin(exchange)
  const { keys, provider, params, query } = exchange
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new UpstreamError(400, 'invalid_value', `Invalid 'limit': expected an integer from 1 to ${MAX_LIMIT}.`)
  }
  const accounts = keys.live(provider.name, params.project).map(serviceAccount)
  const after = query.get('after')
  const start = after === null ? 0 : accounts.findIndex(({ id }) => id === after) + 1
  if (after !== null && start === 0) {
    throw new UpstreamError(400, 'invalid_value', "Invalid 'after': no such service account in this project.")
  }
  const data = accounts.slice(start, start + limit)
  const page = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
  return { status: 200, json: { object: 'list', data, ...page, has_more: start + limit < accounts.length } }
}
