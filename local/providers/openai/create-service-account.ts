import { type Exchange, jsonBody, type Reply, UpstreamError } from '../exchange.ts'
import { newKeyValue } from '../key-registry.ts'
import { randomText } from '../random-text.ts'
import { requireAdmin, serviceAccount, unixSeconds } from './admin.ts'

/** `POST /v1/organization/projects/{project}/service_accounts`. Names need not be unique, as in the real API. */
export function createServiceAccount(exchange: Exchange): Reply {
  requireAdmin(exchange)
  const { keys, random, provider, settings } = exchange
  const { name } = jsonBody(exchange)
  if (typeof name !== 'string' || name === '') {
    throw new UpstreamError(400, 'missing_required_parameter', "Missing required parameter: 'name'.")
  }
  const scope = exchange.params.project ?? ''
  const { liveKeyLimit } = settings
  if (liveKeyLimit !== undefined && keys.live(provider.name, scope).length >= liveKeyLimit) {
    throw new UpstreamError(400, 'service_account_limit_reached', 'The project has reached its service account limit.')
  }

  const value = newKeyValue(random, 'sk-svcacct-')
  const key = keys.mint({ provider: provider.name, scope, name, id: `svc_acct_${randomText(random, 24)}`, value })
  const apiKey = {
    object: 'organization.project.service_account.api_key',
    value,
    name: 'Secret Key',
    created_at: unixSeconds(key.createdAt),
    id: `key_${randomText(random, 16)}`,
  }
  return { status: 200, json: { ...serviceAccount(key), api_key: apiKey } }
}
