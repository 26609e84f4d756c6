import { KeyturnError } from '../../core/errors.ts'
import { scheduleStays } from '../../core/kept-schedule.ts'
import { assertUsable } from './preconditions.ts'
import type { Rotation } from './rotation.ts'
import { whileDenied } from './while-denied.ts'

/**
 * Turns rotation on without a schedule: it happens when somebody asks, and never by itself (docs/decisions/029).
 * @throws KeyturnError `schedule-stays` (needs-human) when the secret had a schedule once, which Secrets Manager would
 * take up again
 */
export async function rotateOnRequest(rotation: Rotation, functionArn: string): Promise<void> {
  const { store, log } = rotation
  await whileDenied(rotation, async () => {
    const secret = await store.describe()
    assertUsable(secret)
    if (secret.schedule !== undefined) {
      throw new KeyturnError('schedule-stays', scheduleStays(secret.name, secret.schedule))
    }
    // Turned on for another function before: this one takes over.
    if (secret.rotationEnabled && secret.rotationFunction === functionArn) return log.info('rotation is on already')
    await store.turnRotationOn(functionArn)
    log.info('rotation is on, without a schedule')
  })
}

/** Turns it off again when it is no longer wanted so: not where the secret has got a schedule meanwhile. */
export async function stopRotation({ store, log }: Rotation): Promise<void> {
  const { rotationEnabled, schedule } = await store.describe()
  if (!rotationEnabled || schedule !== undefined) return log.info('rotation is off, or has a schedule now')
  await store.turnRotationOff()
  log.info('rotation is off')
}
