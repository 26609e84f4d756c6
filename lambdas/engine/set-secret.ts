import { assertValue, awaitPending, missingPending, standing } from './preconditions.ts'
import type { Rotation } from './rotation.ts'

/** Puts the pending value into force at the target. Strategies that mint a working key have nothing to do here. */
export async function setSecret(rotation: Rotation): Promise<void> {
  const { store, strategy, token } = rotation
  if (!strategy.apply) return
  // Before anything changes at the target: the rotation may have been turned off since the step before.
  if (standing(await store.describe(), token) === 'already-current') return
  const pending = await awaitPending(rotation)
  if (!pending) throw missingPending(token)
  assertValue(rotation, pending, 'pending')
  await strategy.apply(rotation.context(token), pending)
}
