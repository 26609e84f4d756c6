import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstToken } from '../../../lambdas/engine/first-value.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig
beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig?.close())

const denied = { kind: 'error', code: 'AccessDeniedException' } as const

/** A provider-key secret without a value, in a project of its own. */
const bare = (name: string): Promise<string> => {
  const params = openAiParams(rig.upstream.url, `proj_${name}`)
  return rig.create(name, { strategy: 'provider-key', params }, { firstValue: false })
}
const make = (arn: string) => rig.invoke({ Step: 'createFirstValue', SecretId: arn })

describe('a first value under a role that was just made (A4)', () => {
  it.each([
    ['the description of the secret', 'DescribeSecret', 0],
    ['the admin key', 'GetSecretValue', 0],
    ['storing the value', 'PutSecretValue', 0],
  ])('waits until %s is allowed, and makes one key', async (_what, operation, skip) => {
    const arn = await bare(`late-${operation.toLowerCase()}`)
    const keys = rig.upstream.keys.all().length
    rig.cloud.faults.add({ service: 'secretsmanager', operation, skip, times: 3, effect: denied })
    expect(await make(arn)).toMatchObject({ failed: false })
    expect(rig.cloud.faults.list()[0]?.taken).toBe(3)
    rig.cloud.faults.clear()
    expect(await rig.labels(arn)).toEqual({ [firstToken(arn)]: ['AWSCURRENT'] })
    const alive = rig.upstream.keys
      .all()
      .slice(keys)
      .filter(({ revokedAt }) => revokedAt === undefined)
    expect(alive).toHaveLength(1)
    expect(rig.logged()).toContain('may be for some seconds')
  })

  it('does not wait for ever: what stays denied fails with the denial', async () => {
    const arn = await bare('never')
    rig.cloud.faults.add({ service: 'secretsmanager', operation: 'DescribeSecret', times: 1_000, effect: denied })
    const { failed, payload } = await make(arn)
    const tries = rig.cloud.faults.list()[0]?.taken ?? 0
    rig.cloud.faults.clear()
    expect(failed).toBe(true)
    expect(payload).toMatchObject({ errorType: 'AccessDeniedException' })
    expect(tries).toBeGreaterThan(3)
    expect(tries).toBeLessThan(20)
  })

  it('tries nothing again that failed for another reason', async () => {
    const arn = await bare('other')
    const effect = { kind: 'error', code: 'InvalidParameterException' } as const
    rig.cloud.faults.add({ service: 'secretsmanager', operation: 'PutSecretValue', times: 5, effect })
    expect(await make(arn)).toMatchObject({ failed: true })
    expect(rig.cloud.faults.list()[0]?.taken).toBe(1)
    rig.cloud.faults.clear()
  })
})
