import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import * as z from 'zod'
import { HOUR } from '../../../../core/clock.ts'
import { KeyturnError } from '../../../../core/errors.ts'
import { SecretString } from '../../../../core/secret-string.ts'
import type { Strategy } from '../../../../lambdas/strategies/strategy.ts'
import { cutsOf } from '../../../helpers/cuts.ts'
import { openAiParams } from '../../../helpers/provider-params.ts'
import { providerSecrets } from '../../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../../helpers/rotation-rig.ts'

/** A target that holds one value at a time. */
export const target = { value: '', refused: new Set<string>() }
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

export let rig: RotationRig
let serial = 0
export const cuts = cutsOf(() => rig)

beforeAll(async () => {
  rig = await startRotationRig([inPlace])
})
afterAll(() => rig.close())
beforeEach(() => target.refused.clear())
afterEach(() => rig.cloud.faults.clear())

export const { keys, current, keyId, alive, putByHand, move, order, sweep, tags } = providerSecrets(() => rig)

export const rollBack = (arn: string, VersionId: string, From: string) =>
  rig.invoke({ Step: 'rollBack', SecretId: arn, VersionId, From })
export const inHours = (hours: number): Date => new Date(rig.clock.now().getTime() + hours * HOUR)
export const DONE = { failed: false, payload: { step: 'rollBack', versionId: expect.any(String) } }
export const refused = (code: string, message: RegExp) => ({
  failed: false,
  payload: { error: { code, message: expect.stringMatching(message) } },
})

export const STRATEGIES = [
  { strategy: 'random', params: () => ({}) },
  { strategy: 'client-key', params: () => ({}) },
  { strategy: 'supplied', params: () => ({}), firstValue: 'first' },
  { strategy: 'provider-key', params: () => openAiParams(rig.upstream.url, `proj_back_${serial}`) },
  { strategy: 'in-place', params: () => ({}) },
] as const
type Kind = (typeof STRATEGIES)[number]
export const PROVIDER = STRATEGIES[3]

/** Rotated once: the old version is in its grace. */
export async function rotated({ strategy, params, ...first }: Kind, grace = '24h') {
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
