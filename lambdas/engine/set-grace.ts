import { KeyturnError } from '../../core/errors.ts'
import { ALLOWED_UNTIL, beyondMaximum } from '../../core/grace.ts'
import { readKeySet } from '../../core/versions.ts'
import { moveDeadline } from './outgoing.ts'
import { assertUsable } from './preconditions.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

/**
 * Gives old versions another deadline, because a person says so. One whose labels cannot be believed gets a right one.
 * What has been revoked, or is due to be, cannot be brought back.
 * @throws KeyturnError `grace-invalid` (needs-human), `retire-live-version`, `grace-over`, `label-budget-exhausted`
 * (terminal) before anything is changed
 */
export async function setGrace(rotation: Rotation, versionIds: readonly string[], until: Date): Promise<void> {
  const { store, clock, log } = rotation
  if (until <= clock.now() || beyondMaximum(until, clock.now())) {
    throw new KeyturnError(
      'grace-invalid',
      `${until.toISOString()} is no end of a grace. Allowed: ${ALLOWED_UNTIL}. To end a version now: keyturn revoke NAME`,
    )
  }
  const secret = await store.describe()
  assertUsable(secret)
  for (const versionId of versionIds) assertInGrace(rotation, secret, versionId)
  for (const versionId of versionIds) {
    // Read anew, since the label that the version before has got is taken.
    await moveDeadline(rotation, await store.describe(), versionId, until)
    log.info({ version: versionId, graceUntil: until.toISOString() }, 'has another deadline')
  }
}

function assertInGrace({ clock }: Rotation, { name, versions }: SecretDescription, versionId: string): void {
  const { current, pending, grace, malformed, unordered } = readKeySet(versions, clock.now())
  if (versionId === current || versionId === pending) {
    throw new KeyturnError(
      'retire-live-version',
      `Version ${versionId} of ${name} has not been replaced, so it has no grace. Give it one when it is: keyturn rotate ${name} --grace 48h --wait`,
    )
  }
  const old = [...[...grace, ...malformed].map((version) => version.versionId), ...unordered]
  if (old.includes(versionId)) return
  throw new KeyturnError(
    'grace-over',
    `The grace of version ${versionId} of ${name} is over, and nothing brings it back. ` +
      `Make a new value: keyturn rotate ${name} --wait`,
  )
}
