import { SECOND } from '../../../core/clock.ts'
import { KeyturnError } from '../../../core/errors.ts'
import { SecretString } from '../../../core/secret-string.ts'
import { at, type HttpCall } from '../http/call.ts'
import { passing, retrying } from '../http/retrying.ts'
import { type Reply, send } from '../http/send.ts'
import { shapeOf } from '../http/shape.ts'
import { poll } from '../poll.ts'
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
  /**
   * @throws KeyturnError `provider-answer-unreadable` (terminal) when a key was made that the answer does not tell; what
   * was made has then been found by its name and removed, if the message does not say otherwise
   */
  mint(name: string): Promise<ProviderKey>
  list(): Promise<readonly ListedKey[]>
  /**
   * Removes a key, and returns once the provider has been seen without it: its list no longer has the id, or it
   * refuses the key. A provider that says "not there" must show both, since a wrong URL says the same.
   * @throws KeyturnError `revocation-unproven` (needs-human)
   */
  revoke(keyId: string, key?: SecretString): Promise<void>
}

export async function openAdmin(context: Context): Promise<ProviderAdmin> {
  const { params, signal } = context
  const secret = await context.readSecret(params.adminSecret)
  const ask = (call: HttpCall, values: Record<string, string> = {}): Promise<Reply> =>
    send({ call, auth: params.adminAuth, secret, values, signal })
  const list = (): Promise<readonly ListedKey[]> => listAll(params, (call) => retrying(context, () => ask(call)))

  async function remove(keyId: string): Promise<'done' | 'not-there'> {
    const reply = await retrying(context, () => ask(params.revoke, { id: keyId }))
    if (reply.status === 404 || reply.status === 410) return 'not-there'
    accept(reply, params.revoke.expect, 'revoke', params)
    return 'done'
  }

  async function revoke(keyId: string, key?: SecretString): Promise<void> {
    const answer = await remove(keyId)
    const gone = await poll(
      async () => {
        const unlisted = !(await list()).some(({ id }) => id === keyId)
        if (unlisted && (answer === 'done' || key === undefined)) return { done: true }
        if (!unlisted && (answer === 'not-there' || key === undefined)) return { again: false }
        return key !== undefined && (await refuses(context, key)) ? { done: true } : { again: false }
      },
      { ...context, withinMs: params.propagationSeconds * SECOND },
    )
    if (!gone) throw unproven(params, keyId, answer)
  }

  return {
    mint: async (name) => {
      // Not repeated here: a lost answer may hide a minted key, which the next attempt finds by its name and removes.
      const reply = await ask(params.create, { name })
      const expected = params.create.expect.includes(reply.status)
      const read = expected ? readMinted(reply, params) : undefined
      if (read) return read
      if (expected || (reply.status >= 200 && reply.status < 300)) throw await removeUnread(name, reply)
      throw refusal(reply, params.create.expect, 'create', params)
    },
    list,
    revoke,
  }

  /** A key was made and its answer cannot be used: nobody would ever know of it, so it goes at once. */
  async function removeUnread(name: string, reply: Reply): Promise<Error> {
    const fate = await (async () => {
      const made = (await list()).filter((key) => key.name === name)
      for (const { id } of made) await revoke(id)
      return made.length > 0
        ? 'The key was found by its name and removed.'
        : `The list does not show it under its name, ${name}: remove it at the provider.`
    })().catch((error: unknown) => {
      const why = error instanceof KeyturnError ? error.code : 'unknown'
      return `It could not be removed (${why}): remove the key ${name} at the provider.`
    })
    return unreadable(reply, params, fate)
  }
}

function readMinted({ body }: Reply, { create }: ProviderKeyParams): ProviderKey | undefined {
  const apiKey = at(body, create.take.key)
  const keyId = at(body, create.take.id)
  if (typeof apiKey !== 'string' || apiKey === '' || !isId(keyId)) return undefined
  return { apiKey: new SecretString(apiKey), keyId: String(keyId) }
}

/** Whether the provider turns a key down: 401 or 403 to the call that a working key passes. */
async function refuses(context: Context, key: SecretString): Promise<boolean> {
  const { test } = context.params
  const values = { key: key.reveal() }
  const reply = await retrying(context, () =>
    send({ call: test, auth: test.auth, secret: key, values, signal: context.signal }),
  )
  return reply.status === 401 || reply.status === 403
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
  throw new KeyturnError(
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

const unreadable = ({ status, body }: Reply, { create }: ProviderKeyParams, fate: string): Error =>
  new KeyturnError(
    'provider-answer-unreadable',
    `The provider created a key (HTTP ${status}), but its answer has no text at "create.take.key" (${create.take.key}) or no id at ` +
      `"create.take.id" (${create.take.id}), or "create.expect" lacks its status. ${fate} The answer's shape: ${shapeOf(body)}. ` +
      'Correct "create" in the stack config.',
  )

function unproven({ revoke }: ProviderKeyParams, keyId: string, answer: 'done' | 'not-there'): Error {
  const host = new URL(revoke.url.replaceAll(/[{}]/g, '')).host
  const said = answer === 'done' ? 'took the revocation' : 'says that there is no such key'
  return new KeyturnError(
    'revocation-unproven',
    `${host} ${said}, but the old key is still in its list or still works. Take it for alive (key id ${keyId}): check "revoke" and "list" ` +
      'in the stack config, or delete the key at the provider; the sweeper then sees that it is gone.',
  )
}

const unreadableList = (where: string): Error =>
  new KeyturnError(
    'provider-answer-unreadable',
    `The provider's key list has nothing usable at ${where}. Correct the pointers of "list" in the stack config.`,
  )

function accept(reply: Reply, expected: readonly number[], what: Call, params: ProviderKeyParams): Reply {
  if (expected.includes(reply.status)) return reply
  throw refusal(reply, expected, what, params)
}

type Call = 'create' | 'list' | 'revoke'

function refusal(reply: Reply, expected: readonly number[], what: Call, params: ProviderKeyParams): Error {
  const host = new URL(params[what].url.replaceAll(/[{}]/g, '')).host
  if (reply.status === 401 || reply.status === 403) {
    return new KeyturnError(
      'provider-admin-refused',
      `${host} refused the administrator's credential (HTTP ${reply.status} on "${what}"). Put a valid one into the secret ` +
        `${params.adminSecret} (keyturn rotate ${params.adminSecret} --value-from -) and rotate again.`,
    )
  }
  const message = `${host} answered "${what}" with HTTP ${reply.status}; expected ${expected.join(', ')}.`
  if (passing(reply.status))
    return new KeyturnError(
      'provider-unavailable',
      `${message} Such an answer passes: try again later, unless it is tried again by itself.`,
    )
  return new KeyturnError(
    'provider-call-refused',
    `${message} Check "${what}" in the stack config against the provider's documentation.`,
  )
}
