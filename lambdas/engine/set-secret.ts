import { assertValue, awaitPending, missingPending, standing } from './preconditions.ts'
import type { Rotation } from './rotation.ts'

/** Puts the pending value into force at the target. Strategies that mint a working key have nothing to do here. */
export async function setSecret(rotation: Rotation): Promise<void> {
  const { store, strategy, token } = rotation
  if (!strategy.apply) return
  const pending = await awaitPending(rotation)
  if (!pending) {
    if (standing(await store.describe(), token) === 'already-current') return
    throw missingPending(token)
  }
  assertValue(rotation, pending, 'pending')
  await strategy.apply(rotation.context(token), pending)
}
