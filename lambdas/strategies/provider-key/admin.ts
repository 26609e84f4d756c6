import { needsHuman, retryable, terminal } from '../../../core/errors.ts'
import { SecretString } from '../../../core/secret-string.ts'
import { at, type HttpCall } from '../http/call.ts'
import { passing, retrying } from '../http/retrying.ts'
import { type Reply, send } from '../http/send.ts'
import type { StrategyContext } from '../strategy.ts'
import type { ProviderKeyParams } from './params.ts'
import type { ProviderKey } from './value.ts'

type Context = StrategyContext<ProviderKeyParams>

/** Pages of the key list that are read before giving up: 100 keys a page is usual. */
const MAX_PAGES = 100

export interface ListedKey {
  id: string
  name: unknown
}

/** The provider's administration API, as the stack config describes it. */
export interface ProviderAdmin {
  mint(name: string): Promise<ProviderKey>
  list(): Promise<readonly ListedKey[]>
  /** A key that is already gone counts as revoked. */
  revoke(keyId: string): Promise<void>
}

export async function openAdmin(context: Context): Promise<ProviderAdmin> {
  const { params, signal } = context
  const secret = await context.readSecret(params.adminSecret)
  const ask = (call: HttpCall, values: Record<string, string> = {}): Promise<Reply> =>
    send({ call, auth: params.adminAuth, secret, values, signal })

  return {
    mint: async (name) => {
      // Not repeated here: a lost answer may hide a minted key, which the next attempt finds by its name and removes.
      const reply = accept(await ask(params.create, { name }), params.create.expect, 'create', params)
      const apiKey = at(reply.body, params.create.take.key)
      const keyId = at(reply.body, params.create.take.id)
      if (typeof apiKey !== 'string' || !isId(keyId)) {
        throw terminal(
          'provider-answer-unreadable',
          'The provider created a key, but its answer has no text at "create.take.key" ' +
            `(${params.create.take.key}) or no id at "create.take.id" (${params.create.take.id}). Correct these pointers in the stack config.`,
        )
      }
      return { apiKey: new SecretString(apiKey), keyId: String(keyId) }
    },
    list: () => listAll(params, (call) => retrying(context, () => ask(call))),
    revoke: async (keyId) => {
      const reply = await retrying(context, () => ask(params.revoke, { id: keyId }))
      if (reply.status === 404 || reply.status === 410) return
      accept(reply, params.revoke.expect, 'revoke', params)
    },
  }
}

async function listAll(
  params: ProviderKeyParams,
  ask: (call: HttpCall) => Promise<Reply>,
): Promise<readonly ListedKey[]> {
  const { list } = params
  const keys: ListedKey[] = []
  let query: string | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const url = query === undefined ? list.url : `${list.url}${list.url.includes('?') ? '&' : '?'}${query}`
    const reply = accept(await ask({ ...list, url }), list.expect, 'list', params)
    const items = at(reply.body, list.items)
    if (!Array.isArray(items)) throw unreadableList(list.items)
    for (const item of items) {
      const id = at(item, list.id)
      if (!isId(id)) throw unreadableList(`${list.items}/…${list.id}`)
      keys.push({ id: String(id), name: at(item, list.name) })
    }
    query = nextPage(list.paging, reply.body, items.length, keys.length)
    if (query === undefined) return keys
  }
  throw terminal(
    'provider-list-endless',
    `The provider's key list did not end within ${MAX_PAGES} pages. Check "list.paging".`,
  )
}

function nextPage(
  paging: ProviderKeyParams['list']['paging'],
  body: unknown,
  onPage: number,
  soFar: number,
): string | undefined {
  if (paging.kind === 'none' || onPage === 0) return undefined
  if (paging.kind === 'offset') return `${encodeURIComponent(paging.param)}=${soFar}`
  const next = at(body, paging.next)
  if (at(body, paging.more) !== true || !isId(next)) return undefined
  return `${encodeURIComponent(paging.param)}=${encodeURIComponent(next)}`
}

const isId = (value: unknown): value is string | number =>
  (typeof value === 'string' && value !== '') || typeof value === 'number'

const unreadableList = (where: string): Error =>
  terminal(
    'provider-answer-unreadable',
    `The provider's key list has nothing usable at ${where}. Correct the pointers of "list" in the stack config.`,
  )

function accept(reply: Reply, expected: readonly number[], what: string, params: ProviderKeyParams): Reply {
  if (expected.includes(reply.status)) return reply
  const host = new URL(params[what as 'create' | 'list' | 'revoke'].url.replaceAll(/[{}]/g, '')).host
  if (reply.status === 401 || reply.status === 403) {
    throw needsHuman(
      'provider-admin-refused',
      `${host} refused the administrator's credential (HTTP ${reply.status} on "${what}"). Put a valid one into the secret ` +
        `${params.adminSecret} (keyturn rotate ${params.adminSecret} --value-from -) and rotate again.`,
    )
  }
  const message = `${host} answered "${what}" with HTTP ${reply.status}; expected ${expected.join(', ')}.`
  if (passing(reply.status)) throw retryable('provider-unavailable', `${message} The rotation will be tried again.`)
  throw terminal(
    'provider-call-refused',
    `${message} Check "${what}" in the stack config against the provider's documentation.`,
  )
}
