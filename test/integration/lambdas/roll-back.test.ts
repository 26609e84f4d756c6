import { TagResourceCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { DAY, HOUR, MINUTE } from '../../../core/clock.ts'
import { KeyturnError } from '../../../core/errors.ts'
import { graceLabel } from '../../../core/grace.ts'
import { SecretString } from '../../../core/secret-string.ts'
import { formatRolledBack, TAG } from '../../../core/tags.ts'
import type { Strategy } from '../../../lambdas/strategies/strategy.ts'
import { cutsOf } from '../../helpers/cuts.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import { providerSecrets } from '../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

/** A target that holds one value at a time. */
const target = { value: '', refused: new Set<string>() }
const inPlace: Strategy = {
  kind: 'in-place',
  network: 'none',
  supply: 'never',
  family: 'generated',
  params: z.strictObject({}),
  permissions: () => [],
  checkValue: () => undefined,
  create: async ({ random }) => new SecretString(random.uuid()),
  apply: async (_context, value) => {
    target.value = value.reveal()
  },
  test: async (_context, value) => {
    if (target.value === value.reveal() && !target.refused.has(target.value)) return
    throw new KeyturnError('test-call-refused', 'The target does not take the value.')
  },
}

let rig: RotationRig
let serial = 0
const cuts = cutsOf(() => rig)

beforeAll(async () => {
  rig = await startRotationRig([inPlace])
})
afterAll(() => rig.close())
beforeEach(() => target.refused.clear())
afterEach(() => rig.cloud.faults.clear())

const { keys, current, keyId, alive, putByHand, move, order, sweep, tags } = providerSecrets(() => rig)

const rollBack = (arn: string, VersionId: string, From: string) =>
  rig.invoke({ Step: 'rollBack', SecretId: arn, VersionId, From })
const inHours = (hours: number): Date => new Date(rig.clock.now().getTime() + hours * HOUR)
const DONE = { failed: false, payload: { step: 'rollBack', versionId: expect.any(String) } }
const refused = (code: string, message: RegExp) => ({
  failed: false,
  payload: { error: { code, message: expect.stringMatching(message) } },
})

const STRATEGIES = [
  { strategy: 'random', params: () => ({}) },
  { strategy: 'client-key', params: () => ({}) },
  { strategy: 'supplied', params: () => ({}), firstValue: 'first' },
  { strategy: 'provider-key', params: () => openAiParams(rig.upstream.url, `proj_back_${serial}`) },
  { strategy: 'in-place', params: () => ({}) },
] as const
type Kind = (typeof STRATEGIES)[number]
const PROVIDER = STRATEGIES[3]

/** Rotated once: the old version is in its grace. */
async function rotated({ strategy, params, ...first }: Kind, grace = '24h') {
  serial += 1
  const project = `proj_back_${serial}`
  const arn = await rig.create(`back-${serial}`, { strategy, params: params(), grace }, first)
  const old = await current(arn)
  if (strategy === 'supplied') {
    const { VersionId = '' } = await putByHand(arn, 'second')
    await move(arn, 'SUPPLIED', VersionId)
    await move(arn, 'AWSCURRENT', old, VersionId)
    await move(arn, 'AWSPREVIOUS', undefined, VersionId)
  }
  return { arn, project, old, next: await rig.rotateToEnd(arn) }
}

describe('B13 the previous value becomes current again', () => {
  it.each(STRATEGIES)('$strategy: and the one that it replaces gets the configured grace', async (kind) => {
    const { arn, old, next } = await rotated(kind, '3h')
    const value = await rig.value(arn, old)
    await rig.clock.advance(MINUTE)
    expect(await rollBack(arn, old, next)).toEqual(DONE)
    expect(await keys(arn)).toMatchObject({
      current: old,
      pending: undefined,
      grace: [{ versionId: next, deadline: inHours(3) }],
      expired: [],
      unordered: [],
    })
    expect((await rig.labels(arn))[old]).toEqual(['AWSCURRENT'])
    expect(await rig.value(arn, await current(arn))).toBe(value)
    if (kind.strategy === 'in-place') expect(target.value).toBe(value)
  })

  it('its next rotation goes on as if nothing had been, and each key dies at its own deadline', async () => {
    const { arn, project, old, next } = await rotated(PROVIDER, '3h')
    await rollBack(arn, old, next)
    const last = await rig.rotateToEnd(arn)
    expect((await keys(arn)).grace.map(({ versionId }) => versionId).sort()).toEqual([next, old].sort())
    await rig.clock.advance(3 * HOUR + MINUTE)
    await sweep(arn)
    expect(alive(project)).toEqual([await keyId(arn, last)])
  })

  it('and forth again', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    await rollBack(arn, old, next)
    expect(await rollBack(arn, next, old)).toEqual(DONE)
    expect(await keys(arn)).toMatchObject({ current: next, grace: [{ versionId: old }] })
  })

  it('an older one than the last, too', async () => {
    const { arn, old } = await rotated(PROVIDER)
    const latest = await rig.rotateToEnd(arn)
    expect(await rollBack(arn, old, latest)).toEqual(DONE)
    expect((await keys(arn)).current).toBe(old)
  })

  it('with revoke-now configured, the one that it replaces is revoked at once', async () => {
    const { arn, project, old } = await rotated(PROVIDER, 'revoke-now')
    const token = '99999999-9999-4999-8999-999999999999'
    await rig.secrets.send(
      new TagResourceCommand({ SecretId: arn, Tags: [{ Key: TAG.graceOnce, Value: `24h@${token}` }] }),
    )
    const before = await current(arn)
    await rig.rotateToEnd(arn, token)
    expect(alive(project)).toHaveLength(2)
    expect(await rollBack(arn, before, token)).toEqual(DONE)
    expect(alive(project)).toEqual([await keyId(arn, before)])
    expect(Object.values(await rig.labels(arn))).toEqual([['AWSCURRENT']])
    expect(before).not.toBe(old)
  })

  it('what a hand has put a moment ago is undone', async () => {
    const { arn, next } = await rotated(PROVIDER)
    const { VersionId: put = '' } = await putByHand(arn, JSON.stringify({ apiKey: 'sk-wrong-0123456789', keyId: 'x' }))
    expect((await keys(arn)).unordered).toEqual([next])
    expect(await rollBack(arn, next, put)).toEqual(DONE)
    expect((await rig.labels(arn))[next]).toEqual(['AWSCURRENT'])
  })

  it('a deadline that is near is put off first, so that no sweep revokes what is coming back', async () => {
    const { arn, project, old, next } = await rotated(PROVIDER, '1h')
    await rig.clock.advance(50 * MINUTE)
    rig.cloud.faults.add({
      service: 'secretsmanager',
      operation: 'UpdateSecretVersionStage',
      role: 'rotation-under-test',
      // The new deadline on, the old one off, the outgoing version's on; AWSCURRENT does not move.
      skip: 3,
      effect: { kind: 'kill', when: 'before' },
    })
    await rollBack(arn, old, next)
    rig.cloud.faults.clear()
    await rig.clock.advance(11 * MINUTE)
    await order(arn)
    await sweep(arn)
    expect(alive(project)).toContain(await keyId(arn, old))
    expect(await rollBack(arn, old, next)).toEqual(DONE)
    expect((await keys(arn)).current).toBe(old)
  })

  it('what answers a hand leaves the label alone that a roll-back has just put on the current version', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    const begun = async (minutesAgo: number) => {
      const at = new Date(rig.clock.now().getTime() - minutesAgo * MINUTE)
      const Value = formatRolledBack({ at, from: next, to: old })
      await rig.secrets.send(new TagResourceCommand({ SecretId: arn, Tags: [{ Key: TAG.rolledBack, Value }] }))
    }
    await move(arn, graceLabel(inHours(5)), next)
    await begun(14)
    await order(arn)
    expect((await rig.labels(arn))[next]).toContain(graceLabel(inHours(5)))
    await begun(16)
    await order(arn)
    expect((await rig.labels(arn))[next]).toEqual(['AWSCURRENT'])
  })
})

describe('B13 rolling back is refused with a reason, and changes nothing', () => {
  const unchanged = async (arn: string, act: () => Promise<unknown>): Promise<void> => {
    const before = { labels: await rig.labels(arn), back: tags(arn)[TAG.rolledBack], at: target.value }
    await act()
    expect({ labels: await rig.labels(arn), back: tags(arn)[TAG.rolledBack], at: target.value }).toEqual(before)
    expect(tags(arn)[TAG.lastError] ?? '').toBe('')
  }

  it('once the old version has been revoked', async () => {
    const { arn, old, next } = await rotated(PROVIDER, '1h')
    await rig.clock.advance(2 * HOUR)
    await sweep(arn)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(
        refused('rollback-refused', /has been retired.*keyturn rotate keyturn\/test\/back-\d+ --wait$/),
      ),
    )
  })

  it('once its grace is over, though nobody has revoked it yet', async () => {
    const { arn, old, next } = await rotated(PROVIDER, '1h')
    await rig.clock.advance(2 * HOUR)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(refused('rollback-refused', /grace of version .* ended at/)),
    )
  })

  it('seconds before its end, when its retirement may be about to begin', async () => {
    const { arn, old, next } = await rotated(PROVIDER, '1h')
    await rig.clock.advance(HOUR - 20_000)
    expect(await rollBack(arn, old, next)).toMatchObject(refused('grace-over', /too near to lengthen/))
    expect(await keys(arn)).toMatchObject({ current: next, grace: [{ versionId: old, labels: [expect.any(String)] }] })
  })

  it('while a rotation is under way, and while Secrets Manager cleans up after one', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    await move(arn, 'AWSPENDING', next)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(refused('rotation-in-progress', /is AWSPENDING/)),
    )
    await move(arn, 'AWSPENDING', undefined, next)
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'Models',
      times: 50,
      effect: { kind: 'error', code: 'later', status: 503 },
    })
    await rig.rotate(arn)
    await rig.cloud.rotations.idle()
    expect(await rollBack(arn, old, next)).toMatchObject(refused('rotation-in-progress', /is AWSPENDING/))
    rig.cloud.faults.clear()
    await rig.settle()
  })

  it('when the provider does not take the old key any more', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    rig.upstream.keys.revoke('openai', await keyId(arn, old))
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(
        refused('previous-value-refused', /did not pass: .* HTTP 401, expected 200\..*keyturn rotate .* --wait$/),
      ),
    )
  })

  it('when the provider does not answer, which proves nothing', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'Models',
      times: 50,
      effect: { kind: 'error', code: 'later', status: 503 },
    })
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject({
        payload: {
          error: { message: expect.stringMatching(/did not pass: .* HTTP 503.*If the target is in trouble, try/) },
        },
      }),
    )
  })

  it('when a target in place does not take it: the current value is in force there again', async () => {
    const { arn, old, next } = await rotated(STRATEGIES[4])
    target.refused.add(await rig.value(arn, old))
    expect(await rollBack(arn, old, next)).toMatchObject(
      refused('previous-value-refused', /did not pass: The target does not take the value\./),
    )
    expect(target.value).toBe(await rig.value(arn, next))
    expect((await keys(arn)).current).toBe(next)
  })

  it('when somebody was faster', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    const last = await rig.rotateToEnd(arn)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(refused('rollback-refused', /is not current any more/)),
    )
    expect((await keys(arn)).current).toBe(last)
  })

  it('when its deadline cannot be believed', async () => {
    const { arn, old, next } = await rotated(PROVIDER)
    await move(arn, 'GRACE-UNTIL-tomorrow', old)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(
        refused('rollback-refused', /cannot be believed.*keyturn grace .* --version .* --for 24h$/),
      ),
    )
  })

  it('when there is no room for a label', async () => {
    const { arn, old, next } = await rotated(PROVIDER, '7d')
    const count = async (): Promise<number> => Object.values(await rig.labels(arn)).flat().length
    for (let hours = 100; (await count()) < 20; hours++) await move(arn, graceLabel(inHours(hours)), old)
    await unchanged(arn, async () =>
      expect(await rollBack(arn, old, next)).toMatchObject(refused('label-budget-exhausted', /20 of 20/)),
    )
  })
})

describe('B13 crash safety of a roll-back', () => {
  it.each([PROVIDER, STRATEGIES[1], STRATEGIES[4]])(
    '$strategy: cut off at any call, both versions go on working, and asking again completes it',
    async (kind) => {
      // Little is left of the old version's grace, so that putting it off is among the calls.
      const near = async () => {
        const made = await rotated(kind, '1h')
        await rig.clock.advance(50 * MINUTE)
        return made
      }
      const template = await near()
      const points = await cuts.callsOf(() => rollBack(template.arn, template.old, template.next))
      expect(points.filter(({ operation }) => operation === 'UpdateSecretVersionStage').length).toBeGreaterThan(3)
      for (const { fault, where } of cuts.at(points)) {
        const { arn, project, old, next } = await near()
        rig.cloud.faults.add(fault)
        await rollBack(arn, old, next)
        expect(rig.cloud.faults.list()[0]?.taken, `${where} was never reached`).toBe(1)
        rig.cloud.faults.clear()

        const cut = await keys(arn)
        const accepted = [cut.current, ...cut.grace.map(({ versionId }) => versionId)]
        expect(accepted.sort(), where).toEqual([old, next].sort())
        if (kind.strategy === 'provider-key') expect(alive(project), where).toHaveLength(2)

        expect(await rollBack(arn, old, next), where).toEqual(DONE)
        expect(await keys(arn), where).toMatchObject({ current: old, grace: [{ versionId: next }], unordered: [] })
        expect((await rig.labels(arn))[old], where).toEqual(['AWSCURRENT'])
        expect((await keys(arn)).grace[0]?.labels, where).toHaveLength(1)
        if (kind.strategy === 'in-place') expect(target.value, where).toBe(await rig.value(arn, old))
      }
    },
    300_000,
  )

  it('never leaves a sweep the version that has come back, nor the one in force, wherever it was cut off', async () => {
    const template = await rotated(PROVIDER, '1h')
    const points = await cuts.callsOf(() => rollBack(template.arn, template.old, template.next))
    for (const { fault, where } of cuts.at(points)) {
      const { arn, project, old, next } = await rotated(PROVIDER, '1h')
      rig.cloud.faults.add(fault)
      await rollBack(arn, old, next)
      rig.cloud.faults.clear()
      // Nobody asks again: what answers labels comes by, and later the sweeps do.
      await order(arn)
      const chosen = (await keys(arn)).current ?? ''
      await rig.clock.advance(DAY)
      await sweep(arn)
      await order(arn)
      const last = await rig.rotateToEnd(arn)
      // Replaced by a rotation now, the version in force has a whole grace.
      expect(await keys(arn), where).toMatchObject({
        current: last,
        grace: [{ versionId: chosen, deadline: inHours(1) }],
        expired: [],
      })
      expect(alive(project).sort(), where).toEqual([await keyId(arn, chosen), await keyId(arn, last)].sort())
    }
  }, 300_000)

  it('a rotation that begins meanwhile and a roll-back end with one current version and no key lost', async () => {
    for (let round = 0; round < 5; round++) {
      const { arn, project, old, next } = await rotated(PROVIDER)
      await Promise.all([rig.rotate(arn), rollBack(arn, old, next)])
      await rig.settle()
      await order(arn)
      const after = await keys(arn)
      expect(after).toMatchObject({ pending: undefined, unordered: [], malformed: [], expired: [] })
      const living = [after.current, ...after.grace.map(({ versionId }) => versionId)]
      expect(living).toHaveLength(3)
      expect(alive(project)).toHaveLength(3)
      for (const version of living) expect(alive(project)).toContain(await keyId(arn, version ?? ''))
    }
  })
})
