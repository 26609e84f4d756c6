import { describe, expect, it } from 'vitest'
import { rotateOnRequest, stopRotation } from '../../../../lambdas/engine/on-request.ts'
import { type MemorySecret, memoryRotation } from './memory-rotation.ts'

const run = async (step: typeof rotateOnRequest, secret: MemorySecret): Promise<readonly string[]> => {
  const { rotation, calls } = memoryRotation(secret)
  await step(rotation, 'the function')
  return calls.slice(1)
}

describe('rotation without a schedule', () => {
  it('is turned on with the function that the event names', async () => {
    expect(await run(rotateOnRequest, { rotationEnabled: false })).toEqual(['on the function'])
  })

  it('is left as it is where it is on, and moved where another function had it', async () => {
    expect(await run(rotateOnRequest, { rotationFunction: 'the function' })).toEqual([])
    expect(await run(rotateOnRequest, { rotationFunction: 'another' })).toEqual(['on the function'])
  })

  it.each([true, false])(
    'is refused for a secret that had a schedule, which AWS keeps (rotation on: %s)',
    async (on) => {
      const secret = { rotationEnabled: on, schedule: 'rate(7 days)' }
      await expect(run(rotateOnRequest, secret)).rejects.toMatchObject({
        code: 'schedule-stays',
        kind: 'needs-human',
        message: expect.stringContaining('rate(7 days)'),
      })
    },
  )

  it('is turned off when it goes, but not from under a schedule that has come, nor twice', async () => {
    expect(await run(stopRotation, {})).toEqual(['off'])
    expect(await run(stopRotation, { schedule: 'rate(7 days)' })).toEqual([])
    expect(await run(stopRotation, { rotationEnabled: false })).toEqual([])
  })
})
