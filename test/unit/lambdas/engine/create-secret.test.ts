import { describe, expect, it } from 'vitest'
import type { VersionLabels } from '../../../../core/versions.ts'
import { createSecret } from '../../../../lambdas/engine/create-secret.ts'
import { CURRENT, memoryRotation, TOKEN } from './memory-rotation.ts'

const PENDING = { [TOKEN]: ['AWSPENDING'] }
const GRACE = ['GRACE-UNTIL-20261122T120000Z']
const EXPIRED = ['GRACE-UNTIL-20261122T090000Z']
const UNREADABLE = ['GRACE-UNTIL-TOMORROW']

/** Makes the next value at a target that allows so many live credentials. */
async function create(versions: VersionLabels, liveKeys?: number) {
  const strategy = liveKeys === undefined ? {} : { liveKeys: () => liveKeys }
  const { rotation, calls } = memoryRotation({ versions: { ...PENDING, ...versions }, values: {}, strategy })
  const code = await createSecret(rotation).then(
    () => 'made',
    (error: { code?: string }) => error.code,
  )
  return { code, made: calls.includes(`put ${TOKEN}`) }
}

describe('a target that bounds its live credentials', () => {
  it.each<[string, VersionLabels, number]>([
    ['the current one and the new one', { [CURRENT]: ['AWSCURRENT'] }, 2],
    ['one in its grace', { [CURRENT]: ['AWSCURRENT'], a: GRACE }, 3],
    ['one whose grace is over and that nobody has revoked yet', { [CURRENT]: ['AWSCURRENT'], a: EXPIRED }, 3],
    ['one whose grace label nobody can read', { [CURRENT]: ['AWSCURRENT'], a: UNREADABLE }, 3],
    ['one that a hand replaced a moment ago', { [CURRENT]: ['AWSCURRENT'], a: ['AWSPREVIOUS'] }, 3],
    ['one of each', { [CURRENT]: ['AWSCURRENT'], a: GRACE, b: EXPIRED, c: UNREADABLE, d: ['AWSPREVIOUS'] }, 6],
  ])('counts %s', async (_what, versions, live) => {
    expect(await create(versions, live)).toEqual({ code: 'made', made: true })
    expect(await create(versions, live - 1)).toEqual({ code: 'live-keys-exhausted', made: false })
  })

  it('bounds nothing where the target sets none', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 15 }, (_, at) => [`v${at}`, [`GRACE-UNTIL-20261122T1200${at + 10}Z`]]),
    )
    expect(await create({ [CURRENT]: ['AWSCURRENT'], ...many })).toEqual({ code: 'made', made: true })
  })
})

describe('the twenty labels', () => {
  /** AWSPENDING and AWSCURRENT, and as many more as are asked for. */
  const carrying = (labels: number, previous = true): VersionLabels => ({
    [CURRENT]: ['AWSCURRENT'],
    old: previous ? ['AWSPREVIOUS', ...GRACE] : GRACE,
    other: Array.from({ length: labels - (previous ? 4 : 3) }, (_, at) => `OF-SOMEBODY-${at}`),
  })

  it.each([
    [19, true, 'made'],
    [20, true, 'label-budget-exhausted'],
    [18, false, 'made'],
    [19, false, 'label-budget-exhausted'],
  ])('%i in use, AWSPREVIOUS among them: %s → %s', async (labels, previous, code) => {
    expect((await create(carrying(labels, previous))).code).toBe(code)
  })
})
