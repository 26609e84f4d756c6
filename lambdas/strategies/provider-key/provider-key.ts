import { SECOND } from '../../../core/clock.ts'
import { KeyturnError } from '../../../core/errors.ts'
import type { SecretString } from '../../../core/secret-string.ts'
import { passing, retrying } from '../http/retrying.ts'
import { type Reply, send } from '../http/send.ts'
import { poll } from '../poll.ts'
import type { HeldCredentials, Strategy, StrategyContext } from '../strategy.ts'
import { type ListedKey, openAdmin, type ProviderAdmin } from './admin.ts'
import { keyName, tokenOf } from './key-name.ts'
import { type ProviderKeyParams, params } from './params.ts'
import { KEY_FIELD, MALFORMED, type ProviderKey, readProviderKey, writeProviderKey } from './value.ts'

/** A key that an upstream provider mints over its administration API. */
export const providerKey = {
  kind: 'provider-key',
  family: 'provider',
  network: 'none',
  supply: 'never',
  keyField: KEY_FIELD,
  params,
  liveKeys: ({ liveKeys }) => liveKeys,
  permissions: ({ adminSecret }) => [
    { sid: 'ReadAdminSecret', actions: ['secretsmanager:GetSecretValue'], on: { kind: 'secret', name: adminSecret } },
    { sid: 'UseAdminKey', actions: ['kms:Decrypt'], on: { kind: 'key-of', name: adminSecret } },
  ],
  checkValue: (value) => (readProviderKey(value) ? undefined : MALFORMED),

  create: async (context) => {
    const admin = await openAdmin(context)
    return writeProviderKey(await admin.mint(keyName(context.secretArn, context.token)))
  },

  credential: (value) => {
    const key = readProviderKey(value)
    return key && { id: key.keyId, text: key.apiKey }
  },

  discard: async (context, value) => {
    const { keyId, apiKey } = parsed(value)
    await (await openAdmin(context)).revoke(keyId, apiKey)
  },

  reconcile: async (context, keep, held) => {
    const admin = await openAdmin(context)
    const kept = keep && parsed(keep).keyId
    for (const { id, name } of await listWith(context, admin, kept)) {
      const token = tokenOf(context.secretArn, name)
      if (token === undefined || id === kept) continue
      if (await spared(id, token, context.token, held)) continue
      await admin.revoke(id)
      context.log.warn({ keyId: id }, 'removed a key that an interrupted rotation had left at the provider')
    }
  },

  test: async (context, pending) => {
    const { test, propagationSeconds } = context.params
    const { apiKey } = parsed(pending)
    const probe = (): Promise<Reply> =>
      send({ call: test, auth: test.auth, secret: apiKey, values: { key: apiKey.reveal() }, signal: context.signal })
    const reply = await poll(
      async () => {
        const answer = await retrying(context, probe)
        return test.expect.includes(answer.status) ? { done: answer } : { again: answer, afterMs: answer.retryAfterMs }
      },
      { ...context, withinMs: propagationSeconds * SECOND },
    )
    if (test.expect.includes(reply.status)) return
    const message = `The key did not pass "test" within ${propagationSeconds} s: HTTP ${reply.status}, expected ${test.expect.join(', ')}.`
    if (reply.status === 401 || reply.status === 403 || passing(reply.status)) {
      throw new KeyturnError(
        'pending-key-not-accepted',
        `${message} The current key stays in force; the rotation will be tried again.`,
      )
    }
    throw new KeyturnError(
      'test-call-refused',
      `${message} Check "test" in the stack config. The current key stays in force.`,
    )
  },

  revoke: async (context, old) => {
    const { keyId, apiKey } = parsed(old)
    await (await openAdmin(context)).revoke(keyId, apiKey)
  },
} satisfies Strategy<ProviderKeyParams>

/**
 * Whether a key may be in use. By its id, not only by its version's token: somebody may have put an old value back by
 * hand, under a token of its own. A second key of this very rotation is nobody's unless it was copied out.
 */
async function spared(id: string, token: string, own: string, held: HeldCredentials): Promise<boolean> {
  if (token === own) return (await held.holds(id)) === true
  return (await held.hasToken(token)) || (await held.holds(id)) !== false
}

/**
 * The provider's list, which must show the key that was just made: one that does not would find no orphan, and prove
 * no revocation.
 * @throws KeyturnError `provider-list-incomplete` (terminal)
 */
async function listWith(
  context: StrategyContext<ProviderKeyParams>,
  admin: ProviderAdmin,
  id: string | undefined,
): Promise<readonly ListedKey[]> {
  const listed = await poll(
    async () => {
      const keys = await admin.list()
      return id === undefined || keys.some((key) => key.id === id) ? { done: keys } : { again: undefined }
    },
    { ...context, withinMs: context.params.propagationSeconds * SECOND },
  )
  if (listed) return listed
  throw new KeyturnError(
    'provider-list-incomplete',
    `The provider's list does not show the key that it has just made (key id ${id}). Check the URL, the pointers and "paging" of "list" in the stack config. The current key stays in force.`,
  )
}

function parsed(value: SecretString): ProviderKey {
  const key = readProviderKey(value)
  if (!key) throw new KeyturnError('secret-value-malformed', `A stored value cannot be read: ${MALFORMED}.`)
  return key
}
