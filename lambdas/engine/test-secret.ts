import { SECOND } from '../../core/clock.ts'
import { assertValue, awaitPending, standing } from './preconditions.ts'
import type { Rotation } from './rotation.ts'

/**
 * Proves the pending value. A pending version without a value passes: with RotateImmediately=false Secrets Manager
 * runs this step alone on a version that it makes for the purpose. finishSecret proves again what it promotes, so
 * nothing untested becomes current on the strength of that.
 */
export async function testSecret(rotation: Rotation): Promise<void> {
  const { store, strategy, token, log } = rotation
  const pending = await awaitPending(rotation, SECOND)
  if (!pending) {
    if (standing(await store.describe(), token) === 'pending')
      log.info('the pending version has no value: nothing to test')
    return
  }
  assertValue(rotation, pending, 'pending')
  await strategy.test?.(rotation.context(token), pending)
}
