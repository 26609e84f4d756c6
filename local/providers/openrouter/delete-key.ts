import { type Exchange, type Reply, UpstreamError } from '../exchange.ts'
import { requireProvisioningKey } from './provisioning.ts'

/** `DELETE /api/v1/keys/{hash}`. */
export function deleteKey(exchange: Exchange): Reply {
  requireProvisioningKey(exchange)
  if (!exchange.keys.revoke(exchange.provider.name, exchange.params.hash ?? '')) {
    throw new UpstreamError(404, 'not_found', 'API key not found')
  }
  return { status: 200, json: { deleted: true } }
}
