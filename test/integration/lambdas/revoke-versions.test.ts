import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { graceLabel } from '../../../core/grace.ts'
import { cutsOf } from '../../helpers/cuts.ts'
import { providerSecrets } from '../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig
let serial = 0
const cuts = cutsOf(() => rig)

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const { make, keys, current, keyId, alive, putByHand, move, order, sweep, tags } = providerSecrets(() => rig)

const revoke = (arn: string, ...VersionIds: string[]) =>
  rig.invoke({ Step: 'revokeVersions', SecretId: arn, VersionIds })
const inHours = (hours: number): Date => new Date(rig.clock.now().getTime() + hours * HOUR)
const DONE = { failed: false, payload: { step: 'revokeVersions', versionId: expect.any(String) } }
const refused = (code: string, message: RegExp) => ({
  failed: false,
  payload: { error: { code, message: expect.stringMatching(message) } },
})
const withdraw = { service: 'upstream', operation: 'DeleteKey', times: 100 } as const

/** Twice rotated: a current version and two in grace. */
async function rotatedTwice(grace = '24h') {
  const made = await make(grace)
  const first = await current(made.arn)
  const second = await rig.rotateToEnd(made.arn)
  const third = await rig.rotateToEnd(made.arn)
  return { ...made, first, second, third }
}

describe('an old version is revoked when a person says so', () => {
  it('ends the one that was named, at its provider and in the labels, and no other', async () => {
    const { arn, project, first, second, third } = await rotatedTwice()
    const left = [await keyId(arn, second), await keyId(arn, third)]
    expect(await revoke(arn, first)).toEqual(DONE)
    expect(alive(project).sort()).toEqual(left.sort())
    expect(await keys(arn)).toMatchObject({ current: third, grace: [{ versionId: second }], expired: [] })
    expect((await rig.labels(arn))[first]).toBeUndefined()
  })

  it('ends several, and doing it again sees them dead once more', async () => {
    const { arn, project, first, second, third } = await rotatedTwice()
    expect(await revoke(arn, first, second)).toEqual(DONE)
    expect(alive(project)).toEqual([await keyId(arn, third)])
    const labels = await rig.labels(arn)
    expect(labels).toEqual({ [third]: ['AWSCURRENT'] })
    expect(await revoke(arn, first, second)).toEqual(DONE)
    expect(await rig.labels(arn)).toEqual(labels)
  })

  it('also a key whose version lost its labels by hand', async () => {
    const { arn, project, first, second, third } = await rotatedTwice()
    for (const label of (await rig.labels(arn))[first] ?? []) await move(arn, label, undefined, first)
    expect(alive(project)).toHaveLength(3)
    expect(await revoke(arn, first)).toEqual(DONE)
    expect(alive(project).sort()).toEqual([await keyId(arn, second), await keyId(arn, third)].sort())
  })

  it('also one whose label nobody can believe, or that a hand replaced a moment ago', async () => {
    const { arn, project, first, second, third } = await rotatedTwice()
    await move(arn, 'GRACE-UNTIL-tomorrow', first)
    const put = await putByHand(arn, JSON.stringify({ apiKey: 'sk-by-hand-0123456789', keyId: 'svc_by_hand' }))
    expect(await keys(arn)).toMatchObject({ malformed: [{ versionId: first }], unordered: [third] })
    expect(await revoke(arn, first, third)).toEqual(DONE)
    expect(alive(project)).toEqual([await keyId(arn, second)])
    expect(Object.keys(await rig.labels(arn)).sort()).toEqual([put.VersionId, second].sort())
  })

  it('has it refused by who reads the labels before the provider is asked, and leaves the rest to the sweeper', async () => {
    const { arn, project, first } = await rotatedTwice()
    rig.cloud.faults.add({ ...withdraw, effect: { kind: 'error', code: 'later', status: 503 } })
    expect(await revoke(arn, first)).toMatchObject(
      refused('old-key-not-retired', new RegExp(`may still be alive.*\n  version ${first}: `)),
    )
    expect(await keys(arn)).toMatchObject({ expired: [{ versionId: first }] })
    expect(alive(project)).toHaveLength(3)
    // Who asked has heard the reason: nothing stands on the secret.
    expect(tags(arn)['keyturn:run:last-error'] ?? '').toBe('')
    rig.cloud.faults.clear()
    await sweep(arn)
    expect(alive(project)).toHaveLength(2)
    expect((await keys(arn)).expired).toEqual([])
  })

  it('one that cannot be revoked stands in no other one’s way', async () => {
    const { arn, project, first, second, third } = await rotatedTwice()
    await putByHand(arn, 'no key at all')
    const bad = await current(arn)
    await order(arn)
    await rig.rotateToEnd(arn)
    expect(await revoke(arn, first, bad, second, third)).toMatchObject(
      refused('old-key-not-retired', new RegExp(`version ${bad}: Version ${bad} cannot be revoked`)),
    )
    expect(alive(project)).toEqual([await keyId(arn, await current(arn))])
    expect((await keys(arn)).expired.map(({ versionId }) => versionId)).toEqual([bad])
  })

  it('with all twenty labels in use', async () => {
    const { arn, project, first, second, third } = await rotatedTwice('7d')
    const count = async (): Promise<number> => Object.values(await rig.labels(arn)).flat().length
    for (let hours = 100; (await count()) < 20; hours++) await move(arn, graceLabel(inHours(hours)), second)
    expect(await revoke(arn, first)).toEqual(DONE)
    expect(alive(project).sort()).toEqual([await keyId(arn, second), await keyId(arn, third)].sort())
    expect((await rig.labels(arn))[first]).toBeUndefined()
  })
})

describe('what is in force is never revoked that way', () => {
  it('not the current version, and says how to', async () => {
    const { arn, project, third } = await rotatedTwice()
    const labels = await rig.labels(arn)
    expect(await revoke(arn, third)).toMatchObject(
      refused('retire-live-version', /is the current one.*keyturn rotate keyturn\/test\/.* --grace revoke-now --wait$/),
    )
    expect(await rig.labels(arn)).toEqual(labels)
    expect(alive(project)).toHaveLength(3)
  })

  it('not a version that is being rotated in, even when an old one is named first', async () => {
    const { arn, first } = await rotatedTwice()
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'Models',
      times: 50,
      effect: { kind: 'error', code: 'later', status: 503 },
    })
    const pending = await rig.rotate(arn)
    await rig.cloud.rotations.idle()
    expect(await revoke(arn, first, pending)).toMatchObject(refused('retire-live-version', /is being rotated in/))
    expect((await keys(arn)).grace.map(({ versionId }) => versionId)).toContain(first)
    rig.cloud.faults.clear()
    await rig.settle()
  })

  it('not the credential that another version in force shares', async () => {
    const { arn, project, first, second } = await rotatedTwice()
    const { VersionId } = await putByHand(arn, await rig.value(arn, first))
    await order(arn)
    const labels = await rig.labels(arn)
    expect(await revoke(arn, first)).toMatchObject(
      refused('credential-shared', new RegExp(`same credential as version ${VersionId}`)),
    )
    expect(await rig.labels(arn)).toEqual(labels)
    expect(alive(project)).toContain(await keyId(arn, first))
    expect(await revoke(arn, second)).toEqual(DONE)
  })

  it('not a supplied value that waits', async () => {
    const arn = await rig.create(`revoke-${++serial}`, { strategy: 'supplied', params: {} }, { firstValue: 'first' })
    const { VersionId = '' } = await putByHand(arn, 'next')
    await move(arn, 'SUPPLIED', VersionId)
    await move(
      arn,
      'AWSCURRENT',
      Object.keys(await rig.labels(arn)).find((id) => id !== VersionId),
      VersionId,
    )
    await move(arn, 'AWSPREVIOUS', undefined, VersionId)
    expect(await revoke(arn, VersionId)).toMatchObject(refused('retire-live-version', /waits to be rotated in/))
  })

  it('and a version that does not exist is named', async () => {
    const { arn } = await rotatedTwice()
    expect(await revoke(arn, '77777777-7777-4777-8777-777777777777')).toMatchObject(
      refused('version-unknown', /has no version 77777777-7777-4777-8777-777777777777 with a value/),
    )
  })
})

describe('crash safety of a revocation', () => {
  it('leaves neither key alive, wherever it was cut off and asked for again', async () => {
    const template = await rotatedTwice()
    const run = ({ arn, first, second }: typeof template) => revoke(arn, first, second)
    const points = await cuts.callsOf(() => run(template))
    expect(points.filter(({ operation }) => operation === 'DeleteKey')).toHaveLength(2)
    for (const { fault, where } of cuts.at(points)) {
      const target = await rotatedTwice()
      rig.cloud.faults.add(fault)
      await run(target)
      expect(rig.cloud.faults.list()[0]?.taken, `${where} was never reached`).toBe(1)
      rig.cloud.faults.clear()
      // A sweep comes in between, or not.
      if (serial++ % 2 === 0) await sweep(target.arn)
      expect(await run(target), where).toEqual(DONE)
      expect(await rig.labels(target.arn), where).toEqual({ [target.third]: ['AWSCURRENT'] })
      expect(alive(target.project), where).toEqual([await keyId(target.arn, target.third)])
    }
  }, 300_000)

  it('two at once end as one', async () => {
    const { arn, project, first, second, third } = await rotatedTwice()
    expect(await Promise.all([revoke(arn, first, second), revoke(arn, second, first)])).toEqual([DONE, DONE])
    expect(await rig.labels(arn)).toEqual({ [third]: ['AWSCURRENT'] })
    expect(alive(project)).toEqual([await keyId(arn, third)])
  })
})
