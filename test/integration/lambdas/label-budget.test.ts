import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { graceLabel } from '../../../core/grace.ts'
import { TAG } from '../../../core/tags.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import { providerSecrets } from '../../helpers/provider-secrets.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig
let serial = 0

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const { keys, current, putByHand, move, tags } = providerSecrets(() => rig)

describe('B1 B3 the label budget', () => {
  it.each(['provider-key', 'client-key'])(
    '%s: a rotation cut off between grace label and promotion completes with every label of the twenty in use',
    async (strategy) => {
      const params = strategy === 'provider-key' ? openAiParams(rig.upstream.url, `proj_labels_${++serial}`) : {}
      const arn = await rig.create(`labels-${++serial}`, { strategy, params, grace: '7d' })
      const bystander = await rig.rotateToEnd(arn)
      const before = await rig.rotateToEnd(arn)
      const filled = async (): Promise<number> => Object.values(await rig.labels(arn)).flat().length
      // AWSPENDING makes 19, the grace label 20.
      for (let hours = 100; (await filled()) < 18; hours++) {
        await move(arn, graceLabel(new Date(rig.clock.now().getTime() + hours * HOUR)), bystander)
      }
      rig.cloud.faults.add({
        service: 'secretsmanager',
        operation: 'UpdateSecretVersionStage',
        skip: 1,
        times: 1,
        effect: { kind: 'kill', when: 'before' },
      })
      const token = await rig.rotateToEnd(arn)
      const { current: now, pending, grace } = await keys(arn)
      expect({ now, pending }).toEqual({ now: token, pending: undefined })
      expect(grace.find(({ versionId }) => versionId === before)?.labels).toHaveLength(1)
    },
  )

  it('counts the label that a version replaced by hand is going to need', async () => {
    const arn = await rig.create(`labels-${++serial}`, { strategy: 'client-key', params: {}, grace: '7d' })
    const bystander = await rig.rotateToEnd(arn)
    const replaced = await rig.rotateToEnd(arn)
    await putByHand(arn, 'kt_4fK9_xQ7-bT2mWz8RcVh3NsYpLgJ6dAeUo1iXwBtCvE')
    const filled = async (): Promise<number> => Object.values(await rig.labels(arn)).flat().length
    // AWSPENDING makes 19; two grace labels would make 21.
    for (let hours = 100; (await filled()) < 18; hours++) {
      await move(arn, graceLabel(new Date(rig.clock.now().getTime() + hours * HOUR)), bystander)
    }
    const before = await current(arn)
    await rig.rotateToEnd(arn)
    expect(tags(arn)[TAG.lastError]).toMatch(/ createSecret label-budget-exhausted$/)
    expect(await keys(arn)).toMatchObject({ current: before, pending: undefined, unordered: [replaced] })
  })
})
