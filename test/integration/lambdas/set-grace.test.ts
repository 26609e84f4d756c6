import { TagResourceCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../../core/clock.ts'
import { graceLabel } from '../../../core/grace.ts'
import { formatGraceOnce, TAG } from '../../../core/tags.ts'
import { cutsOf } from '../../helpers/cuts.ts'
import { providerSecrets } from '../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig
const cuts = cutsOf(() => rig)

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const { make, keys, current, alive, putByHand, move, sweep } = providerSecrets(() => rig)

const setGrace = (arn: string, until: Date, ...VersionIds: string[]) =>
  rig.invoke({ Step: 'setGrace', SecretId: arn, VersionIds, Until: until.toISOString() })
const inHours = (hours: number): Date => new Date(rig.clock.now().getTime() + hours * HOUR)
const DONE = { failed: false, payload: { step: 'setGrace', versionId: expect.any(String) } }
const refused = (code: string, message: RegExp) => ({
  failed: false,
  payload: { error: { code, message: expect.stringMatching(message) } },
})

async function rotated(grace = '24h') {
  const made = await make(grace)
  const old = await current(made.arn)
  return { ...made, old, next: await rig.rotateToEnd(made.arn) }
}

describe('a grace that has begun gets another end', () => {
  it.each([
    ['later', 72],
    ['earlier', 2],
  ])('%s', async (_, hours) => {
    const { arn, project, old } = await rotated()
    const until = inHours(hours)
    expect(await setGrace(arn, until, old)).toEqual(DONE)
    expect(await keys(arn)).toMatchObject({
      grace: [{ versionId: old, deadline: until, labels: [graceLabel(until)] }],
    })
    const labels = await rig.labels(arn)
    expect(await setGrace(arn, until, old)).toEqual(DONE)
    expect(await rig.labels(arn)).toEqual(labels)
    await rig.clock.advance(hours * HOUR - MINUTE)
    await sweep(arn)
    expect(alive(project)).toHaveLength(2)
    await rig.clock.advance(2 * MINUTE)
    await sweep(arn)
    expect(alive(project)).toHaveLength(1)
  })

  it('several versions that are to end in the same second end a second apart', async () => {
    const { arn, old, next } = await rotated()
    await rig.rotateToEnd(arn)
    const until = inHours(50)
    expect(await setGrace(arn, until, old, next)).toEqual(DONE)
    const later = new Date(until.getTime() + SECOND)
    expect(await rig.labels(arn)).toMatchObject({
      [old]: [graceLabel(until)],
      [next]: ['AWSPREVIOUS', graceLabel(later)],
    })
  })

  it.each(['GRACE-UNTIL-tomorrow', 'GRACE-UNTIL-20990101T000000Z'])(
    'one that nobody can believe: %s',
    async (wrong) => {
      const { arn, old } = await rotated()
      for (const label of (await rig.labels(arn))[old] ?? []) {
        if (label.startsWith('GRACE')) await move(arn, label, undefined, old)
      }
      await move(arn, wrong, old)
      expect((await keys(arn)).malformed).toHaveLength(1)
      expect(await setGrace(arn, inHours(24), old)).toEqual(DONE)
      expect(await keys(arn)).toMatchObject({ malformed: [], grace: [{ versionId: old, deadline: inHours(24) }] })
    },
  )

  it('one that a hand replaced a moment ago', async () => {
    const { arn, next } = await rotated()
    await putByHand(arn, JSON.stringify({ apiKey: 'sk-by-hand-0123456789', keyId: 'svc_by_hand' }))
    expect(await setGrace(arn, inHours(5), next)).toEqual(DONE)
    expect(await keys(arn)).toMatchObject({ unordered: [] })
    expect((await rig.labels(arn))[next]).toContain(graceLabel(inHours(5)))
  })
})

describe('what cannot have another end', () => {
  it.each([-1, 0, 8 * 24])('any version, when the end lies %i h ahead', async (hours) => {
    const { arn, old } = await rotated()
    const labels = await rig.labels(arn)
    expect(await setGrace(arn, inHours(hours), old)).toMatchObject(refused('grace-invalid', /is no end of a grace/))
    expect(await rig.labels(arn)).toEqual(labels)
  })

  it('a version whose grace is over, or that was revoked: nothing brings it back', async () => {
    const { arn, old } = await rotated('1h')
    await rig.clock.advance(2 * HOUR)
    const labels = await rig.labels(arn)
    expect(await setGrace(arn, inHours(24), old)).toMatchObject(refused('grace-over', /is over, and nothing brings it/))
    expect(await rig.labels(arn)).toEqual(labels)
    await sweep(arn)
    expect(await setGrace(arn, inHours(24), old)).toMatchObject(refused('grace-over', /is over, and nothing brings it/))
  })

  it('one that ends within seconds, when its retirement may begin before the old label is off', async () => {
    const { arn, old } = await rotated('1h')
    await rig.clock.advance(HOUR - 29 * SECOND)
    const labels = await rig.labels(arn)
    expect(await setGrace(arn, inHours(24), old)).toMatchObject(refused('grace-over', /too near/))
    expect(await rig.labels(arn)).toEqual(labels)
  })

  it('the current version, even when an old one is named first', async () => {
    const { arn, old, next } = await rotated()
    const labels = await rig.labels(arn)
    expect(await setGrace(arn, inHours(50), old, next)).toMatchObject(refused('retire-live-version', /--grace 48h/))
    expect(await rig.labels(arn)).toEqual(labels)
  })

  it('any, when all twenty labels are in use; one that has the label already needs no room', async () => {
    const { arn, old, next } = await rotated('7d')
    const last = await rig.rotateToEnd(arn)
    const count = async (): Promise<number> => Object.values(await rig.labels(arn)).flat().length
    for (let hours = 100; (await count()) < 20; hours++) await move(arn, graceLabel(inHours(hours)), next)
    expect(await setGrace(arn, inHours(50), old)).toMatchObject(refused('label-budget-exhausted', /keyturn revoke/))
    expect(await setGrace(arn, inHours(100), next)).toEqual(DONE)
    expect(await keys(arn)).toMatchObject({ current: last, grace: [{ versionId: old }, { deadline: inHours(100) }] })
  })
})

describe('crash safety of another deadline', () => {
  it.each([
    ['later', 72],
    ['earlier', 2],
  ])(
    '%s: the version is never without one, and asking again completes it',
    async (_, hours) => {
      const template = await rotated()
      const points = await cuts.callsOf(() => setGrace(template.arn, inHours(hours), template.old))
      for (const { fault, where } of cuts.at(points)) {
        const { arn, old } = await rotated()
        const until = inHours(hours)
        rig.cloud.faults.add(fault)
        await setGrace(arn, until, old)
        expect(rig.cloud.faults.list()[0]?.taken, `${where} was never reached`).toBe(1)
        rig.cloud.faults.clear()
        const { deadline } = (await keys(arn)).grace[0] ?? {}
        expect([inHours(24), until], where).toContainEqual(deadline)
        expect(await setGrace(arn, until, old), where).toEqual(DONE)
        expect(await keys(arn), where).toMatchObject({ grace: [{ versionId: old, labels: [graceLabel(until)] }] })
      }
    },
    300_000,
  )
})

describe('a rotation may name the moment at which the outgoing version ends', () => {
  const rotateUntil = async (until: Date) => {
    const { arn } = await make()
    const token = '66666666-6666-4666-8666-666666666666'
    const Value = formatGraceOnce(until.toISOString(), token)
    await rig.secrets.send(new TagResourceCommand({ SecretId: arn, Tags: [{ Key: TAG.graceOnce, Value }] }))
    await rig.rotateToEnd(arn, token)
    return (await keys(arn)).grace[0]?.deadline
  }

  it('to the second', async () => {
    const until = new Date(inHours(30).getTime() + 7 * SECOND)
    expect(await rotateUntil(until)).toEqual(until)
  })

  it('but callers have an hour, should the rotation have been held up until then', async () => {
    expect(await rotateUntil(inHours(-2))).toEqual(inHours(1))
    expect(await rotateUntil(inHours(0.5))).toEqual(inHours(1))
    expect(await rotateUntil(new Date(inHours(1).getTime() - MINUTE))).toEqual(new Date(inHours(1).getTime() - MINUTE))
  })
})
