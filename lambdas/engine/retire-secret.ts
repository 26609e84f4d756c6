import { terminal } from '../../core/errors.ts'
import { graceLabel, graceState, isGraceLabel, parseGraceLabel } from '../../core/grace.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { readKeySet } from '../../core/versions.ts'
import { assertUsable } from './preconditions.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

/**
 * The fifth step (B4): revokes an old version's credential at the target, then takes its labels away. The grace label
 * goes last, because it is what marks the version as due: cut off anywhere, the next sweep finds it again.
 * @throws KeyturnError `retire-live-version`, `grace-not-over`, `grace-label-malformed` (terminal)
 */
export async function retireVersion(rotation: Rotation, versionId: string): Promise<void> {
  const { store, strategy, clock, log } = rotation
  const secret = await store.describe()
  assertUsable(secret)
  const labels = secret.versions[versionId]
  if (labels === undefined) return log.info({ retiring: versionId }, 'already retired')
  assertDue(secret, versionId, labels, clock.now())

  const old = strategy.revoke && (await store.read({ versionId }))
  if (old && !(await heldByLiveVersion(rotation, secret, old))) {
    await strategy.revoke?.(rotation.context(versionId), old)
  }
  if (labels.includes('AWSPREVIOUS')) await store.dropLabel('AWSPREVIOUS', versionId)
  for (const label of labels.filter(isGraceLabel)) await store.dropLabel(label, versionId)
  log.info({ retiring: versionId }, 'retired')
}

function assertDue(secret: SecretDescription, versionId: string, labels: readonly string[], now: Date): void {
  if (labels.includes('AWSCURRENT') || labels.includes('AWSPENDING')) {
    throw terminal(
      'retire-live-version',
      `Version ${versionId} of ${secret.name} is ${labels.join(', ')} and is never retired. Rotate the secret first.`,
    )
  }
  const graceLabels = labels.filter(isGraceLabel)
  const deadlines = graceLabels.map(parseGraceLabel)
  if (deadlines.includes(undefined)) {
    throw terminal(
      'grace-label-malformed',
      `Version ${versionId} of ${secret.name} has an unreadable grace label (${graceLabels.join(', ')}). It is refused by the proxy but still lives at the ` +
        'target. Replace the label by GRACE-UNTIL-<yyyymmdd>T<hhmmss>Z with aws secretsmanager update-secret-version-stage.',
    )
  }
  const earliest = (deadlines as Date[]).sort((one, other) => one.getTime() - other.getTime())[0]
  const state = graceState(earliest, now)
  if (state === 'expired') return
  throw terminal(
    'grace-not-over',
    state === 'none'
      ? `Version ${versionId} of ${secret.name} has no grace label, so Keyturn did not put it into grace and does not retire it.`
      : `Version ${versionId} of ${secret.name} is accepted until ${earliest?.toISOString()}. To end it now, give it a deadline that has passed: ` +
          `aws secretsmanager update-secret-version-stage --secret-id ${secret.name} --version-stage ${graceLabel(now)} --move-to-version-id ${versionId}`,
  )
}

/** Whether a version that must keep working holds the same credential, as after the same value was supplied twice. */
async function heldByLiveVersion(
  { store, clock }: Rotation,
  secret: SecretDescription,
  old: SecretString,
): Promise<boolean> {
  const { current, pending, grace } = readKeySet(secret.versions, clock.now())
  for (const versionId of [current, pending, ...grace.map((version) => version.versionId)]) {
    if (versionId === undefined) continue
    const value = await store.read({ versionId })
    if (value?.reveal() === old.reveal()) return true
  }
  return false
}
