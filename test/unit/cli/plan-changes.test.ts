import { expect, it } from 'vitest'
import { compare, type StandingSecret } from '../../../cli/plan/changes.ts'
import { TAG } from '../../../core/tags.ts'
import type { SecretSettings } from '../../../infra/config/schema.ts'

const settings = { name: 'one', strategy: 'random', owner: 'o', description: 'd', grace: '24h' } as SecretSettings
const standing: StandingSecret = {
  name: 'keyturn/dev/one',
  tags: { [TAG.strategy]: 'random', [TAG.owner]: 'o', [TAG.grace]: '1d' },
  versions: { v1: ['AWSCURRENT'] },
  description: 'd',
  schedule: undefined,
  window: undefined,
  nextRotation: undefined,
}
const changedOf = (one: Partial<SecretSettings>, secret: Partial<StandingSecret>) =>
  compare([{ ...settings, ...one }], new Map([['one', { ...standing, ...secret }]])).changed

it('a secret that is rotated when asked, there and here, does not change; neither does a grace of the same length', () => {
  expect(changedOf({}, {})).toEqual([])
  expect(changedOf({ grace: '25h' }, {})).toMatchObject([{ settings: [{ setting: 'grace', from: '1d', to: '25h' }] }])
})

it('a schedule may be given, and the window that goes with it; it may not be taken away', () => {
  const given = { schedule: 'rate(7 days)', window: '4h' }
  expect(changedOf(given, {})).toEqual([
    { name: 'one', refused: undefined, settings: [{ setting: 'schedule', from: 'when asked', to: 'rate(7 days)' }] },
  ])
  expect(changedOf({}, given)).toMatchObject([
    { refused: expect.stringMatching(/^keyturn\/dev\/one has the schedule rate\(7 days\)/) },
  ])
  expect(changedOf({ schedule: 'rate(7 days)' }, given)).toMatchObject([
    { refused: undefined, settings: [{ setting: 'window', from: '4h', to: '1h' }] },
  ])
})
