import { type Exchange, type Reply, UpstreamError } from '../exchange.ts'
import { keyRecord, requireProvisioningKey } from './provisioning.ts'

const PAGE = 100

/** `GET /api/v1/keys?offset=…`: a hundred at a time, the newest first. */
export function listKeys(exchange: Exchange): Reply {
  requireProvisioningKey(exchange)
  const offset = Number(exchange.query.get('offset') ?? 0)
  if (!Number.isInteger(offset) || offset < 0) throw new UpstreamError(400, 'bad_request', 'offset must be a number')
  const newestFirst = exchange.keys.live(exchange.provider.name).toReversed()
  return { status: 200, json: { data: newestFirst.slice(offset, offset + PAGE).map(keyRecord) } }
}
