import { readLastError, TAG } from '../../core/tags.ts'
import { orderOutgoing } from './outgoing.ts'
import { assertUsable, assertValue } from './preconditions.ts'
import { retireVersion } from './retire-secret.ts'
import type { Rotation } from './rotation.ts'

/**
 * Answers a hand that moved AWSCURRENT (B19): the outgoing version gets its configured grace, within which callers
 * may change over and after which it is retired like any other.
 * @throws KeyturnError `secret-value-malformed` (terminal) when what was put by hand is no value of this strategy
 */
export async function orderVersions(rotation: Rotation): Promise<void> {
  const { store, grace } = rotation
  const secret = await store.describe()
  assertUsable(secret)
  const ordered = await orderOutgoing(rotation, secret, grace)
  if (grace.kind === 'revoke-now') for (const version of ordered) await retireVersion(rotation, version)
  const current = await store.read({ label: 'AWSCURRENT' })
  if (current) assertValue(rotation, current, 'current')
  if (readLastError(secret.tags[TAG.lastError])?.step === 'orderVersions') {
    await store.tag({ [TAG.lastError]: '', [TAG.lastErrorWhy]: '' })
  }
}
