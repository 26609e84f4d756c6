import { SECOND } from '../../core/clock.ts'
import { KeyturnError, type Problem, ProblemsError } from '../../core/errors.ts'
import { isGraceLabel, parseGraceLabel } from '../../core/grace.ts'
import { SUPPLIED_LABEL } from '../../core/tags.ts'
import { countLabels, LABEL_BUDGET } from '../../core/versions.ts'
import { freeLabel } from './outgoing.ts'
import { assertUsable } from './preconditions.ts'
import { liveHolder, readStored, retireLabelled } from './retire-secret.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

/**
 * Ends old versions now, because a person says so: each gets a deadline that has passed, which everyone who reads the
 * labels obeys and the sweeper carries on from, wherever this is cut off; then it is retired like any other. A version
 * without any label is seen dead at its target once more. Doing it again changes nothing.
 * @throws KeyturnError `retire-live-version`, `credential-shared` (terminal) before anything is changed
 * @throws ProblemsError `old-key-not-retired` (needs-human) with each version that may still be alive
 */
export async function revokeVersions(rotation: Rotation, versionIds: readonly string[]): Promise<void> {
  const { store, log } = rotation
  const secret = await store.describe()
  assertUsable(secret)
  const passing = new Set(versionIds)
  for (const versionId of passing) assertOld(secret, versionId)
  for (const versionId of passing) await assertOwnCredential(rotation, secret, versionId, passing)
  for (const versionId of passing) await markDue(rotation, versionId)

  const marked = await store.describe()
  const problems: Problem[] = []
  for (const versionId of passing) {
    await retireLabelled(rotation, marked, versionId, passing).catch((error: unknown) => {
      rotation.signal.throwIfAborted()
      log.error({ error, revoking: versionId }, 'not revoked')
      const message = error instanceof Error ? error.message : 'failed'
      problems.push({ path: `version ${versionId}`, message })
    })
  }
  if (problems.length === 0) return
  const heading =
    `${secret.name}: these versions may still be alive at their target. Take them for alive until keyturn status ${secret.name} ` +
    `lists them no longer, and do it again: keyturn revoke ${secret.name}`
  throw new ProblemsError('old-key-not-retired', heading, problems)
}

/** @throws KeyturnError `retire-live-version` (terminal) */
function assertOld({ name, versions }: SecretDescription, versionId: string): void {
  const labels = versions[versionId] ?? []
  const [why, instead] = labels.includes('AWSCURRENT')
    ? ['is the current one', `Replace it and end it in one: keyturn rotate ${name} --grace revoke-now --wait`]
    : labels.includes('AWSPENDING')
      ? ['is being rotated in', `Wait until it is current, then: keyturn rotate ${name} --grace revoke-now --wait`]
      : labels.includes(SUPPLIED_LABEL)
        ? ['waits to be rotated in', `Supply another value over it: keyturn rotate ${name} --value-from - --wait`]
        : []
  if (why === undefined) return
  throw new KeyturnError(
    'retire-live-version',
    `Version ${versionId} of ${name} ${why}, and is not revoked. ${instead}`,
  )
}

/**
 * @throws KeyturnError `credential-shared` (terminal) when ending one version would end another one's credential,
 * `version-unknown` (needs-human)
 */
async function assertOwnCredential(
  rotation: Rotation,
  secret: SecretDescription,
  versionId: string,
  passing: ReadonlySet<string>,
): Promise<void> {
  const old = await readStored(rotation, versionId).catch((error: unknown) => {
    rotation.signal.throwIfAborted()
    // Callers are to be cut off even so; what cannot be read is not retired, and that is told.
    if (secret.versions[versionId] !== undefined) return undefined
    throw unknown(secret.name, versionId, error)
  })
  const holder = old && (await liveHolder(rotation, secret, old, passing))
  if (holder === undefined) return
  throw new KeyturnError(
    'credential-shared',
    `Version ${versionId} of ${secret.name} holds the same credential as version ${holder}, which is in force, so it cannot be revoked alone. ` +
      `Replace it first: keyturn rotate ${secret.name} --wait; then end both: keyturn revoke ${secret.name}`,
  )
}

const unknown = (name: string, versionId: string, cause: unknown): Error =>
  new KeyturnError(
    'version-unknown',
    `${name} has no version ${versionId} with a value. See the versions that live: keyturn status ${name}`,
    cause,
  )

/** The new label goes on first, since the earliest counts: cut off in between, the version's end is in force. */
async function markDue({ store, clock }: Rotation, versionId: string): Promise<void> {
  const { versions } = await store.describe()
  const labels = (versions[versionId] ?? []).filter(isGraceLabel)
  const now = clock.now()
  const due = labels.find((label) => (parseGraceLabel(label) ?? now) < now)
  if (versions[versionId] === undefined) return
  // With no room for a label the version is retired all the same; cut off there, it ends at its old deadline at the latest.
  if (due === undefined && countLabels(versions) >= LABEL_BUDGET) return
  const second = new Date(Math.floor(now.getTime() / SECOND) * SECOND)
  const label = due ?? freeLabel(versions, second, -SECOND)
  if (due === undefined) await store.addLabel(label, versionId)
  for (const old of labels) if (old !== label) await store.dropLabel(old, versionId)
}
