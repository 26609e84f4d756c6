import { type Exchange, jsonBody, type Reply, UpstreamError } from '../exchange.ts'
import { newKeyValue, sha256 } from '../key-registry.ts'
import { keyRecord, requireProvisioningKey } from './provisioning.ts'

/** `POST /api/v1/keys`: the only answer that ever shows the key. */
export function createKey(exchange: Exchange): Reply {
  requireProvisioningKey(exchange)
  const { keys, random, provider, settings } = exchange
  const { name } = jsonBody(exchange)
  if (typeof name !== 'string' || name === '') throw new UpstreamError(400, 'bad_request', 'name is required')
  const { liveKeyLimit } = settings
  if (liveKeyLimit !== undefined && keys.live(provider.name).length >= liveKeyLimit) {
    throw new UpstreamError(403, 'forbidden', 'Key limit reached')
  }
  const value = newKeyValue(random, 'sk-or-v1-')
  const key = keys.mint({ provider: provider.name, scope: '', name, id: sha256(value), value })
  return { status: 201, json: { data: keyRecord(key), key: value } }
}
