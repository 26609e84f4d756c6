import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readWhy, TAG } from '../../../core/tags.ts'
import { providerSecrets } from '../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

const OWN = '4fK9_xQ7-bT2mWz8RcVh3NsYpLgJ6dAeUo1iXwBtCvE'
const NEXT = 'vE4fK9xQ7_bT2mWz8RcVh3NsYpLgJ6dAeUo1iXw-BtC'

let rig: RotationRig
let serial = 0

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())

const { current, tags } = providerSecrets(() => rig)

describe('part of B7: a client’s own key', () => {
  const make = () => rig.create(`own-${++serial}`, { strategy: 'client-key', params: {} })
  const supply = (arn: string, value: string) =>
    rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: value, VersionStages: ['SUPPLIED'] }))
  const labels = async (arn: string) => Object.values(await rig.labels(arn)).flat()

  it('is put into force by the next rotation, with grace for the old one, and the one after makes its own again', async () => {
    const arn = await make()
    const old = await current(arn)
    await supply(arn, OWN)
    const token = await rig.rotateToEnd(arn)
    expect(await rig.value(arn, token)).toBe(OWN)
    expect((await rig.keys(arn)).grace).toMatchObject([{ versionId: old }])
    expect(await labels(arn)).not.toContain('SUPPLIED')
    expect(await rig.value(arn, await rig.rotateToEnd(arn))).toMatch(/^kt_[\w-]{43}$/)
  })

  it('that is too weak is refused with the reason, keeps the current key in force, and a strong one replaces it', async () => {
    const arn = await make()
    const before = await current(arn)
    await supply(arn, 'hunter2')
    await rig.rotateToEnd(arn)
    expect(await current(arn)).toBe(before)
    expect(tags(arn)[TAG.lastError]).toMatch(/createSecret supplied-value-malformed$/)
    expect(readWhy(tags(arn)[TAG.lastErrorWhy])).toMatch(
      /the value has 7 characters out of 36, worth 36 bits; it needs 50/,
    )
    expect(rig.logged()).not.toContain('hunter2')
    await supply(arn, NEXT)
    expect(await rig.value(arn, await rig.rotateToEnd(arn))).toBe(NEXT)
  })

  it('that was there before the first value is the first value, and no rotation takes it again', async () => {
    const arn = await rig.create(`own-${++serial}`, { strategy: 'client-key', params: {} }, { firstValue: false })
    await supply(arn, OWN)
    // So Secrets Manager has it with the first version of a secret.
    expect((await labels(arn)).sort()).toEqual(['AWSCURRENT', 'SUPPLIED'])
    expect(await rig.invoke({ Step: 'createFirstValue', SecretId: arn })).toMatchObject({ failed: false })
    expect(await labels(arn)).toEqual(['AWSCURRENT'])
    expect(await rig.value(arn, (await current(arn)) ?? '')).toBe(OWN)
    expect(await rig.value(arn, await rig.rotateToEnd(arn))).toMatch(/^kt_[\w-]{43}$/)
  })

  it('that comes to a secret with a value from the config waits for the next rotation', async () => {
    const arn = await make()
    const before = await current(arn)
    await supply(arn, OWN)
    expect(await rig.invoke({ Step: 'createFirstValue', SecretId: arn })).toMatchObject({ failed: false })
    expect(await current(arn)).toBe(before)
    expect(await rig.value(arn, await rig.rotateToEnd(arn))).toBe(OWN)
  })
})
