import { HOUR, MINUTE } from '../../core/clock.ts'
import { isEnded } from '../../core/ended.ts'
import { nextAction } from '../../core/error-codes.ts'
import { graceLabel } from '../../core/grace.ts'
import { type LastError, readLastError, readWhy, TAG } from '../../core/tags.ts'
import type { KeySet } from '../../core/versions.ts'
import type { Condition } from '../notify/condition.ts'
import { readTold } from '../notify/told.ts'
import type { SecretEvent } from './event.ts'
import type { Failure } from './put-in-order.ts'
import { aliveVersions, type Due, dueOf, type SweptSecret } from './secret.ts'

/** After this long without another attempt a failed rotation counts as left alone by Secrets Manager. */
const NO_ATTEMPT_MS = 30 * MINUTE
/** From the moment of promotion until Secrets Manager has written down that the rotation succeeded. */
const FINISHING_MS = 2 * MINUTE
/** A pending version without any error: the function has not even run. */
const SILENT_MS = HOUR
/** A window that has closed without a rotation, and what a list may lag behind. */
const OVERDUE_MS = HOUR
/** Sweeps come every few minutes: what the second or third of them mends needs nobody. */
const RETIRE_PATIENCE_MS = 15 * MINUTE
/** An apply makes secrets before it makes their rotation. */
const NEW_SECRET_MS = HOUR
const SWEEP_TRIES_AGAIN = 'every sweep tries again by itself.'
const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret']

export interface Hints {
  /** What was tried a moment ago and not done. */
  readonly failures: readonly Failure[]
  /** What brought the look about; a sweep when undefined. */
  readonly event: SecretEvent['what'] | undefined
}

/** Everything that stands on a secret and that a person must hear of, from its labels, tags and dates. */
export function conditionsOf(secret: SweptSecret, now: Date, hints: Hints): Condition[] {
  if (secret.deleted) return aliveVersions(secret).length > 0 ? [deletedAlive(secret, secret.deleted)] : []
  if (isEnded(secret.tags, secret.versions)) return []
  const due = dueOf(secret, now)
  const conditions = [
    rotationFailed(secret, due.keys, now, hints),
    secret.rotationFunction === undefined ? undefined : notRetired(secret, due.keys, now, hints.failures),
    labelUnusable(secret, due.keys, now),
    secret.rotationFunction === undefined ? undefined : notOrdered(secret, due, now, hints.failures),
    functionMissing(secret, now),
  ]
  return conditions.filter((condition) => condition !== undefined)
}

function rotationFailed(secret: SweptSecret, keys: KeySet, now: Date, { event }: Hints): Condition | undefined {
  const error = unresolvedError(secret, ROTATION_STEPS)
  const { name, nextRotation, versions } = secret
  const { pending, current } = keys
  // Once told, it stands until it is resolved, whether it is being tried again meanwhile or not.
  const told = readTold(secret.tags[TAG.told]).has('rotation-failed')
  const age = error ? now.getTime() - error.at.getTime() : 0
  const condition = {
    code: 'rotation-failed' as const,
    kind: 'needs-human' as const,
    headline: 'its rotation has failed',
    ...(error && { why: reasonOf(secret, error) }),
  }
  if (error && pending === undefined) {
    // A later attempt has just promoted its version, and Secrets Manager has not cleaned up after it yet.
    if ((versions[current ?? ''] ?? []).includes('AWSPENDING')) return undefined
    const sure = event === 'failed' || event === 'abandoned' || (event === undefined && age >= FINISHING_MS)
    if (!sure && !told) return undefined
    return {
      ...condition,
      since: error.at,
      what: 'The rotation function gave the rotation up. The current value stays in force.',
      actions: [nextAction(error.code, name)],
    }
  }
  if (pending !== undefined) {
    const quiet = error !== undefined && age >= NO_ATTEMPT_MS
    if ((error || event) && !quiet && event !== 'abandoned' && !told) return undefined
    return {
      ...condition,
      since: error?.at ?? now,
      ...(!error && !event && { patienceMs: SILENT_MS }),
      what:
        `Version ${pending} is stuck as AWSPENDING${quiet ? ': nothing has tried again for half an hour' : ''}. The current value ` +
        'stays in force. No other rotation starts while it is stuck.',
      actions: [
        ...(error ? [nextAction(error.code, name)] : ["The rotation function's log tells why it has not run."]),
        `Have it tried again: aws secretsmanager rotate-secret --secret-id ${name}`,
        `Or give it up: aws secretsmanager update-secret-version-stage --secret-id ${name} --version-stage AWSPENDING --remove-from-version-id ${pending}`,
      ],
    }
  }
  if (!secret.rotationEnabled || !nextRotation || now.getTime() - nextRotation.getTime() < OVERDUE_MS) return undefined
  return {
    ...condition,
    since: nextRotation,
    headline: 'its rotation is overdue',
    what: 'The window of its schedule has closed without a rotation. The current value stays in force.',
    actions: [`keyturn rotate ${name} --wait`],
  }
}

function notRetired(
  secret: SweptSecret,
  { expired }: KeySet,
  now: Date,
  failures: readonly Failure[],
): Condition | undefined {
  const late = expired.filter(({ deadline }) => now.getTime() - deadline.getTime() >= RETIRE_PATIENCE_MS)
  const [first] = late
  if (!first) return undefined
  const ids = late.map(({ versionId }) => versionId)
  const error = readLastError(secret.tags[TAG.lastError])
  const ours = error?.step === 'retireSecret' ? error : undefined
  const failure = failures.find(({ step, versionId }) => step === 'retireSecret' && ids.includes(versionId ?? ''))
  const why = ours ? reasonOf(secret, ours) : failure?.reason
  return {
    code: 'not-retired',
    kind: 'needs-human',
    since: first.deadline,
    headline: 'an old version was not retired',
    what:
      `The grace of version ${ids.join(' and ')} is over, and it could not be retired. The proxy refuses it; at its target ` +
      'its credential may still live.',
    ...(why !== undefined && { why }),
    actions: [
      ours
        ? nextAction(ours.code, secret.name, SWEEP_TRIES_AGAIN)
        : `The rotation function's log tells more, under retireSecret; ${SWEEP_TRIES_AGAIN}`,
      `See what is left: keyturn status ${secret.name}`,
    ],
  }
}

function labelUnusable({ name }: SweptSecret, { malformed }: KeySet, now: Date): Condition | undefined {
  if (malformed.length === 0) return undefined
  const move = `aws secretsmanager update-secret-version-stage --secret-id ${name}`
  const sentences = malformed.map(
    ({ versionId, labels, problem }) =>
      `Version ${versionId} carries ${labels.join(', ')}: ${problem === 'too-far' ? 'further ahead than the longest grace, 7 days' : 'no time that can be read'}.`,
  )
  return {
    code: 'grace-label-unusable',
    kind: 'needs-human',
    since: now,
    headline: 'a grace label is no use',
    what: `${sentences.join(' ')} It is refused, and never retired: at its target its credential may still live.`,
    actions: malformed.flatMap(({ versionId, labels }) => [
      `To end it now, give it a deadline that has passed: ${move} --version-stage ${graceLabel(now)} --move-to-version-id ${versionId}`,
      ...labels.map(
        (label) => `and take the other off: ${move} --version-stage ${label} --remove-from-version-id ${versionId}`,
      ),
    ]),
  }
}

function notOrdered(
  secret: SweptSecret,
  { keys, order }: Due,
  now: Date,
  failures: readonly Failure[],
): Condition | undefined {
  const error = unresolvedError(secret, ['orderVersions'])
  if (!order && !error) return undefined
  const asked = failures.filter(({ step }) => step === 'orderVersions')
  const why = error ? reasonOf(secret, error) : asked[0]?.reason
  const sure = error !== undefined || asked.some(({ needsHuman }) => needsHuman)
  return {
    code: 'not-ordered',
    kind: 'needs-human',
    since: error?.at ?? now,
    // A throttled call is not worth a message: the next sweep orders it.
    ...(!sure && { patienceMs: RETIRE_PATIENCE_MS }),
    headline: 'its labels were moved by hand',
    what: notOrderedWhat(keys, order),
    ...(why !== undefined && { why }),
    actions: [
      error
        ? nextAction(error.code, secret.name)
        : `The rotation function's log tells more, under orderVersions; ${SWEEP_TRIES_AGAIN}`,
      `See what lives: keyturn status ${secret.name}`,
    ],
  }
}

function notOrderedWhat({ unordered, current }: KeySet, order: boolean): string {
  if (unordered.length > 0) {
    return (
      `AWSCURRENT was moved away from version ${unordered.join(' and ')} by hand, and Keyturn could not give it its grace. ` +
      'Callers with its key are refused, and nothing revokes it at its target.'
    )
  }
  if (order) return `The current version ${current} carries a grace label, and Keyturn could not take it off.`
  return `Version ${current} was made current by hand, and something about it is not as Keyturn needs it.`
}

function functionMissing({ name, rotationFunction, created }: SweptSecret, now: Date): Condition | undefined {
  if (rotationFunction !== undefined || (created && now.getTime() - created.getTime() < NEW_SECRET_MS)) return undefined
  return {
    code: 'rotation-function-missing',
    kind: 'needs-human',
    since: now,
    headline: 'nothing rotates it',
    what: 'The secret has no rotation function: it is not rotated, no old version of it is retired, and none is brought into order.',
    actions: [`Restore it: pulumi up --refresh`, `Then see: keyturn status ${name}`],
  }
}

function deletedAlive({ name, ...secret }: SweptSecret, since: Date): Condition {
  return {
    code: 'deleted-alive',
    kind: 'needs-human',
    since,
    headline: 'deleted with live keys',
    what:
      `The secret is scheduled for deletion, and version ${aliveVersions({ name, ...secret }).join(' and ')} has not been ended. What it ` +
      'opens at its target lives on without it, and nobody will be left to revoke it.',
    actions: [
      `aws secretsmanager restore-secret --secret-id ${name}`,
      `keyturn end ${name} --yes`,
      `aws secretsmanager delete-secret --secret-id ${name}`,
    ],
  }
}

/** The last error of some steps, unless a rotation has succeeded since. */
function unresolvedError({ tags, lastRotated }: SweptSecret, steps: readonly string[]): LastError | undefined {
  const error = readLastError(tags[TAG.lastError])
  if (!error || !steps.includes(error.step)) return undefined
  return lastRotated && lastRotated > error.at ? undefined : error
}

function reasonOf({ tags }: SweptSecret, { step, code }: LastError): string {
  const why = readWhy(tags[TAG.lastErrorWhy])
  return why === undefined ? `${code} in ${step}` : `${why} (${code} in ${step})`
}
