import { KeyturnError } from '../../core/errors.ts'
import { isGraceLabel } from '../../core/grace.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { readKeySet } from '../../core/versions.ts'
import { poll } from '../strategies/poll.ts'
import { sameCredential } from './held-credentials.ts'
import { assertUsable, READ_AFTER_WRITE_MS } from './preconditions.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

/**
 * The fifth step (B4): revokes an old version's credential at the target, then takes its labels away. The grace label
 * goes last, because it is what marks the version as due: cut off anywhere, the next sweep finds it again.
 * @throws KeyturnError `retire-live-version`, `grace-not-over` (terminal), `grace-label-malformed` (needs-human),
 * `version-unreadable` (retryable), and what the target answers
 */
export async function retireVersion(rotation: Rotation, versionId: string): Promise<void> {
  const { store, clock, log } = rotation
  const secret = await store.describe()
  assertUsable(secret)
  const labels = secret.versions[versionId]
  if (labels === undefined) return log.info({ retiring: versionId }, 'already retired')
  assertDue(secret, versionId, labels, clock.now())
  await retireLabelled(rotation, secret, versionId)
}

/**
 * The same without asking whether it is due. A version that carries no label any more is seen dead at its target.
 * @param passing versions that are being retired as well, and spare no credential that they share
 */
export async function retireLabelled(
  rotation: Rotation,
  secret: SecretDescription,
  versionId: string,
  passing: ReadonlySet<string> = new Set(),
): Promise<void> {
  const { store, strategy, log } = rotation
  const labels = secret.versions[versionId] ?? []
  if (strategy.revoke) {
    // Unreadable is not revoked: the labels stay until the credential has been seen dead.
    const old = await readStored(rotation, versionId)
    if ((await liveHolder(rotation, secret, old, passing)) === undefined) {
      assertRevocable(rotation, secret.name, versionId, old, labels)
      await strategy.revoke(rotation.context(versionId), old)
    }
  }
  if (labels.includes('AWSPREVIOUS')) await store.dropLabel('AWSPREVIOUS', versionId)
  for (const label of labels.filter(isGraceLabel)) await store.dropLabel(label, versionId)
  log.info({ retiring: versionId }, 'retired')
}

function assertDue(secret: SecretDescription, versionId: string, labels: readonly string[], now: Date): void {
  if (labels.includes('AWSCURRENT') || labels.includes('AWSPENDING')) {
    throw new KeyturnError(
      'retire-live-version',
      `Version ${versionId} of ${secret.name} is ${labels.join(', ')} and is never retired. Rotate the secret first.`,
    )
  }
  const { expired, malformed, grace } = readKeySet(secret.versions, now)
  if (expired.some((version) => version.versionId === versionId)) return
  const wrong = malformed.find((version) => version.versionId === versionId)
  if (wrong) {
    const why =
      wrong.problem === 'too-far'
        ? 'has a grace label that lies further ahead than the longest grace of 7 d'
        : 'has an unreadable grace label'
    throw new KeyturnError(
      'grace-label-malformed',
      `Version ${versionId} of ${secret.name} ${why} (${wrong.labels.join(', ')}). It is refused by the proxy but still lives at the ` +
        `target. Give it a right one: keyturn grace ${secret.name} --version ${versionId} --for 24h; or end it: keyturn revoke ${secret.name} --version ${versionId}`,
    )
  }
  const deadline = grace.find((version) => version.versionId === versionId)?.deadline
  throw new KeyturnError(
    'grace-not-over',
    deadline === undefined
      ? `Version ${versionId} of ${secret.name} has no grace label, so Keyturn did not put it into grace and does not retire it.`
      : `Version ${versionId} of ${secret.name} is accepted until ${deadline.toISOString()}. ` +
          `To end it now: keyturn revoke ${secret.name} --version ${versionId}`,
  )
}

/** @throws KeyturnError `retired-value-malformed` (needs-human) when nothing tells what to revoke */
function assertRevocable(
  { strategy, params }: Rotation,
  name: string,
  versionId: string,
  value: SecretString,
  labels: readonly string[],
): void {
  const problem = strategy.checkValue(value, params)
  if (problem === undefined) return
  const label = labels.find(isGraceLabel) ?? 'AWSPREVIOUS'
  throw new KeyturnError(
    'retired-value-malformed',
    `Version ${versionId} cannot be revoked: ${problem}. If it holds a key, delete that at its issuer; then take its label off: ` +
      `aws secretsmanager update-secret-version-stage --secret-id ${name} --version-stage ${label} --remove-from-version-id ${versionId}`,
  )
}

/**
 * The value of a version that has one.
 * @throws KeyturnError `version-unreadable` (retryable) when it cannot be read now
 */
export async function readStored(rotation: Rotation, versionId: string): Promise<SecretString> {
  const value = await poll(
    async () => {
      const found = await rotation.store.read({ versionId })
      return found ? { done: found } : { again: undefined }
    },
    { ...rotation, withinMs: READ_AFTER_WRITE_MS },
  )
  if (value) return value
  throw new KeyturnError(
    'version-unreadable',
    `Version ${versionId} cannot be read, so its credential cannot be revoked and may still be alive. It keeps its labels and is tried again.`,
  )
}

/**
 * The version that must keep working and holds the same credential, as after an old value was put back by hand.
 * @param passing versions that need not keep working
 */
export async function liveHolder(
  rotation: Rotation,
  secret: SecretDescription,
  old: SecretString,
  passing: ReadonlySet<string> = new Set(),
): Promise<string | undefined> {
  const { current, pending, grace, unordered } = readKeySet(secret.versions, rotation.clock.now())
  for (const versionId of [current, ...grace.map((version) => version.versionId), ...unordered]) {
    if (versionId === undefined || passing.has(versionId)) continue
    if (sameCredential(rotation.strategy, await readStored(rotation, versionId), old)) return versionId
  }
  // A pending version may have no value yet, and then holds nothing.
  const value = pending && (await rotation.store.read({ versionId: pending }))
  return value && sameCredential(rotation.strategy, value, old) ? pending : undefined
}
