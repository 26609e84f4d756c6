import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemRandom } from '../../../core/random.ts'
import { SecretString } from '../../../core/secret-string.ts'
import { type ProviderKeyParams, params as schema } from '../../../lambdas/strategies/provider-key/params.ts'
import { providerKey } from '../../../lambdas/strategies/provider-key/provider-key.ts'
import type { HeldCredentials, StrategyContext } from '../../../lambdas/strategies/strategy.ts'
import { createFaults } from '../../../local/cloud/faults.ts'
import { type RunningUpstream, startUpstream } from '../../../local/providers/start-upstream.ts'
import { instantClock } from '../../helpers/instant-clock.ts'
import { openAiParams, openRouterParams } from '../../helpers/provider-params.ts'
import { trust } from '../../helpers/trust.ts'

const ARN = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:keyturn/test/openai-AbCdEf'
const TOKEN = '11111111-1111-4111-8111-111111111111'
const ADMIN = 'sk-admin-0123456789'

describe.each([
  ['OpenAI service accounts', 'openai', openAiParams],
  ['OpenRouter provisioning keys', 'openrouter', openRouterParams],
])('part of B7: provider-key through the declarative adapter: %s', (_title, provider, paramsFor) => {
  let upstream: RunningUpstream
  let clock = instantClock()
  let admin = ADMIN
  const faults = createFaults()

  beforeAll(async () => {
    const at = { now: () => clock.now(), monotonic: () => clock.monotonic(), sleep: (ms: number) => clock.sleep(ms) }
    upstream = await startUpstream({
      port: 0,
      clock: at,
      faults,
      adminKeys: { openai: [ADMIN], openrouter: [ADMIN] },
      propagation: { activateMs: 3_000 },
    })
    trust(upstream.caPem)
  })
  afterAll(() => upstream.close())
  beforeEach(() => {
    clock = instantClock()
    admin = ADMIN
    faults.clear()
    for (const key of upstream.keys.live(provider)) upstream.keys.revoke(provider, key.id)
  })

  function context(overrides: Partial<StrategyContext<ProviderKeyParams>> = {}): StrategyContext<ProviderKeyParams> {
    return {
      params: schema.parse(paramsFor(upstream.url)),
      secretArn: ARN,
      token: TOKEN,
      clock,
      random: systemRandom,
      log: pino({ level: 'silent' }),
      signal: new AbortController().signal,
      readSecret: async () => new SecretString(admin),
      ...overrides,
    }
  }
  const live = (): readonly string[] => upstream.keys.live(provider).map(({ name }) => name)
  const keyId = (value: SecretString): string => JSON.parse(value.reveal()).keyId

  it('B17 mints a key that is findable by its token, and waits until it works', async () => {
    const made = await providerKey.create(context())
    expect(providerKey.checkValue(made)).toBeUndefined()
    expect(live()).toEqual([expect.stringContaining(TOKEN)])
    await providerKey.test?.(context(), made)
    expect(clock.slept.length).toBeGreaterThan(1)
  })

  it('B17 gives up on a key that never works, as something to try again', async () => {
    const made = await providerKey.create(context())
    upstream.keys.revoke(provider, keyId(made))
    await expect(providerKey.test?.(context(), made)).rejects.toMatchObject({
      code: 'pending-key-not-accepted',
      kind: 'retryable',
    })
  })

  it('B10 removes what an interrupted attempt left, over all pages, and nobody else’s keys', async () => {
    const old = '22222222-2222-4222-8222-222222222222'
    const kept = '33333333-3333-4333-8333-333333333333'
    for (const token of [old, kept, old, TOKEN, TOKEN]) await providerKey.create(context({ token }))
    await providerKey.create(context({ secretArn: `${ARN}x`, token: old }))
    upstream.keys.mint({ provider, scope: 'proj_1', id: 'someone', name: 'made by hand', value: 'sk-by-hand' })
    const made = await providerKey.create(context())

    const held: HeldCredentials = {
      hasToken: async (token) => token === TOKEN || token === kept,
      holds: async () => false,
    }
    await providerKey.reconcile?.(context(), made, held)

    const names = live()
    expect(names).toHaveLength(4)
    expect(names.filter((name) => name.endsWith(TOKEN))).toHaveLength(1)
    expect(names).toEqual(
      expect.arrayContaining(['made by hand', expect.stringContaining(kept), expect.stringContaining(old)]),
    )
    expect(upstream.keys.live(provider).some(({ id }) => id === keyId(made))).toBe(true)
  })

  it('B10 spares a second key of the same rotation that somebody has copied into a version', async () => {
    const copied = keyId(await providerKey.create(context()))
    const orphan = keyId(await providerKey.create(context()))
    const made = await providerKey.create(context())
    const held: HeldCredentials = { hasToken: async () => true, holds: async (id) => id === copied || 'unknown' }
    await providerKey.reconcile?.(context(), made, held)
    const ids = upstream.keys.live(provider).map(({ id }) => id)
    expect(ids).toHaveLength(2)
    expect(ids).toEqual(expect.arrayContaining([copied, keyId(made)]))
    expect(ids).not.toContain(orphan)
  })

  it('revokes, and takes a key that is gone already for revoked', async () => {
    const made = await providerKey.create(context())
    await providerKey.revoke?.(context(), made)
    await providerKey.revoke?.(context(), made)
    expect(live()).toEqual([])
  })

  it.each([
    ['throttled', { kind: 'throttle' }],
    ['failing', { kind: 'error', code: 'boom', status: 503 }],
    ['unreachable', { kind: 'drop', when: 'before' }],
    ['cut off after the deed', { kind: 'drop', when: 'after' }],
  ] as const)('B17 revokes through a target that is %s for a while', async (_name, effect) => {
    const made = await providerKey.create(context())
    faults.add({ service: 'upstream', operation: 'DeleteKey', times: 2, effect })
    await providerKey.revoke?.(context(), made)
    expect(live()).toEqual([])
  })

  it('never mints twice by itself when the answer is lost', async () => {
    faults.add({ service: 'upstream', operation: 'CreateKey', effect: { kind: 'drop', when: 'after' } })
    await expect(providerKey.create(context())).rejects.toMatchObject({ code: 'target-unreachable', kind: 'retryable' })
    expect(live()).toHaveLength(1)
  })

  it('part of B16: says whose credential was refused, without it and without the provider’s words', async () => {
    admin = 'sk-admin-wrong-and-secret'
    const error: Error = await providerKey.create(context()).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    )
    expect(error).toMatchObject({ code: 'provider-admin-refused', kind: 'needs-human' })
    expect(error.message).toMatch(/-admin --value-from -/)
    expect(error.message).not.toContain(admin)
    expect(error.message).not.toMatch(/incorrect/i)
  })

  it('part of B16: names the pointer that finds nothing', async () => {
    const params = context().params
    const wrong = { ...params, create: { ...params.create, take: { key: '/nope', id: '/id' } } }
    await expect(providerKey.create(context({ params: wrong }))).rejects.toMatchObject({
      code: 'provider-answer-unreadable',
      message: expect.stringContaining('/nope'),
    })
  })

  it('stops waiting when the function runs out of time', async () => {
    const made = await providerKey.create(context())
    const stop = new AbortController()
    stop.abort(new Error('out of time'))
    await expect(providerKey.test?.(context({ signal: stop.signal }), made)).rejects.toThrow()
  })
})
