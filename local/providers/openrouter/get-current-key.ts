import { authenticated } from '../chat-completion.ts'
import type { Exchange, Reply } from '../exchange.ts'
import { keyRecord } from './provisioning.ts'

/** `GET /api/v1/key`: what a key may do, asked with the key itself. */
export function getCurrentKey(exchange: Exchange): Reply {
  const key = authenticated(exchange)
  const { label, limit, limit_remaining, usage } = keyRecord(key)
  const data = { label, limit, limit_remaining, usage, is_free_tier: false, is_provisioning_key: false }
  return { status: 200, json: { data }, key }
}
