import { SECOND } from '../../../core/clock.ts'
import { retryable, terminal } from '../../../core/errors.ts'
import type { SecretString } from '../../../core/secret-string.ts'
import { passing, retrying } from '../http/retrying.ts'
import { type Reply, send } from '../http/send.ts'
import { poll } from '../poll.ts'
import type { Strategy } from '../strategy.ts'
import { openAdmin } from './admin.ts'
import { keyName, tokenOf } from './key-name.ts'
import { type ProviderKeyParams, params } from './params.ts'
import { MALFORMED, type ProviderKey, readProviderKey, writeProviderKey } from './value.ts'

/** A key that an upstream provider mints over its administration API. */
export const providerKey: Strategy<ProviderKeyParams> = {
  kind: 'provider-key',
  family: 'provider',
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

  discard: async (context, value) => {
    await (await openAdmin(context)).revoke(parsed(value).keyId)
  },

  reconcile: async (context, value, live) => {
    const admin = await openAdmin(context)
    const { keyId } = parsed(value)
    for (const { id, name } of await admin.list()) {
      const token = tokenOf(context.secretArn, name)
      if (token === undefined || id === keyId) continue
      if (token === context.token || !live.has(token)) {
        await admin.revoke(id)
        context.log.warn({ keyId: id }, 'removed a key that an interrupted rotation had left at the provider')
      }
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
    const message = `The new key did not pass "test" within ${propagationSeconds} s: HTTP ${reply.status}, expected ${test.expect.join(', ')}.`
    if (reply.status === 401 || reply.status === 403 || passing(reply.status)) {
      throw retryable(
        'pending-key-not-accepted',
        `${message} The current key stays in force; the rotation will be tried again.`,
      )
    }
    throw terminal('test-call-refused', `${message} Check "test" in the stack config. The current key stays in force.`)
  },

  revoke: async (context, old) => {
    await (await openAdmin(context)).revoke(parsed(old).keyId)
  },
}

function parsed(value: SecretString): ProviderKey {
  const key = readProviderKey(value)
  if (!key) throw terminal('secret-value-malformed', `A stored value cannot be read: ${MALFORMED}.`)
  return key
}
