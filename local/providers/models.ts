import { authenticated } from './chat-completion.ts'
import type { Exchange, Reply } from './exchange.ts'

/** `GET …/models`: the cheap call that proves a key. */
export function listModels(exchange: Exchange): Reply {
  const key = authenticated(exchange)
  const data = ['gpt-5-mini', 'gpt-5'].map((id) => ({
    id,
    object: 'model',
    created: 1_754_073_306,
    owned_by: 'system',
  }))
  return { status: 200, json: { object: 'list', data }, key }
}
