import { MINUTE } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { type Grace, graceDeadline, MIN_GRACE_MS } from '../../core/grace.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { formatRolledBack, TAG } from '../../core/tags.ts'
import { type KeySet, readKeySet } from '../../core/versions.ts'
import { retireAtOnce } from './finish-secret.ts'
import { assertRoom, labelOutgoing, moveDeadline, orderOutgoing } from './outgoing.ts'
import { assertNotEnded, assertUsable, assertValue } from './preconditions.ts'
import { readStored } from './retire-secret.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

/** Longer than a function runs. What ends sooner is given more first, so that no sweep retires what is coming back. */
const SOON_MS = 15 * MINUTE

/**
 * Makes an old version current again, at the target too (B13); `rotation.token` names it. Like finishSecret it puts the
 * grace label on the outgoing version before AWSCURRENT moves: cut off anywhere, both are accepted, and doing it again
 * completes it. What is current already is only put into order.
 * @param from the version that is current, as the person saw it who asks for this
 * @throws KeyturnError `rollback-refused`, `label-budget-exhausted` (terminal), `rotation-in-progress` (retryable),
 * `previous-value-refused`, `secret-value-malformed`, before anything is changed; and what the target answers
 */
export async function rollBack(rotation: Rotation, from: string): Promise<void> {
  const { store, token, clock, log, grace } = rotation
  let secret = await store.describe()
  assertUsable(secret)
  assertNotEnded(secret)
  if (readKeySet(secret.versions, clock.now()).current === token) return putInOrder(rotation, grace)
  assertNothingUnderWay(secret)
  if (readKeySet(secret.versions, clock.now()).unordered.length > 0) {
    await orderOutgoing(rotation, secret, windowOf(grace))
    secret = await store.describe()
  }
  const keys = readKeySet(secret.versions, clock.now())
  assertReturnable(secret, keys, token, from)
  assertRoom(secret.name, secret.versions)
  const value = await readStored(rotation, token)
  assertValue(rotation, value, 'previous')
  if (!rotation.strategy.apply) await prove(rotation, secret.name, value)

  await store.tag({ [TAG.rolledBack]: formatRolledBack({ at: clock.now(), from, to: token }) })
  await outlast(rotation, secret, keys)
  await applyAgain(rotation, secret.name, value, from)
  await labelOutgoing(rotation, (await store.describe()).versions, from, graceDeadline(grace, clock.now()))
  await moveCurrent(rotation, secret.name, from)
  log.info({ from, to: token }, 'rolled back')
  await putInOrder(rotation, grace)
}

/** Once more from the labels: what is current carries no deadline, and what it has replaced does. */
async function putInOrder(rotation: Rotation, grace: Grace): Promise<void> {
  await orderOutgoing(rotation, await rotation.store.describe(), grace)
  await retireAtOnce(rotation, grace)
}

/** A window at any rate: what is to come back must not be retired for having been replaced by hand. */
const windowOf = (grace: Grace): Grace => (grace.kind === 'window' ? grace : { kind: 'window', ms: MIN_GRACE_MS })

/** @throws KeyturnError `rotation-in-progress` (retryable) also while Secrets Manager cleans up after a rotation */
function assertNothingUnderWay({ name, versions }: SecretDescription): void {
  const pending = Object.keys(versions).find((id) => versions[id]?.includes('AWSPENDING'))
  if (pending === undefined) return
  throw new KeyturnError(
    'rotation-in-progress',
    `${name} is being rotated (version ${pending} is AWSPENDING), so nothing is rolled back. Wait for it: keyturn status ${name}`,
  )
}

/** @throws KeyturnError `rollback-refused` (terminal) with the reason */
function assertReturnable(secret: SecretDescription, keys: KeySet, token: string, from: string): void {
  const { name } = secret
  const refuse = (why: string, next: string): never => {
    throw new KeyturnError('rollback-refused', `${name} is not rolled back: ${why}. ${next}`)
  }
  const anew = `Make a new value instead: keyturn rotate ${name} --wait`
  if (keys.current !== from) {
    refuse(`version ${from} is not current any more`, `Look again: keyturn status ${name}`)
  }
  if (keys.grace.some(({ versionId }) => versionId === token)) return
  if (keys.malformed.some(({ versionId }) => versionId === token)) {
    const mend = `Give it a right one, then try again: keyturn grace ${name} --version ${token} --for 24h`
    refuse(`the grace label of version ${token} cannot be believed`, mend)
  }
  const over = keys.expired.find(({ versionId }) => versionId === token)
  if (over) {
    const since = over.deadline.toISOString()
    refuse(`the grace of version ${token} ended at ${since}, and nothing brings it back`, anew)
  }
  refuse(`version ${token} is not in its grace: it has been retired, or was never current`, anew)
}

/**
 * @throws KeyturnError `previous-value-refused` (needs-human) when the target does not take the value any more; a target
 * that is down keeps its own code
 */
async function prove({ strategy, context, token }: Rotation, name: string, value: SecretString): Promise<void> {
  try {
    await strategy.test?.(context(token), value)
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error
    const [why = ''] = error.message.split(/(?<=[.]) (?=[A-Z])/)
    throw new KeyturnError(
      UNREACHED.includes(error.code) ? error.code : 'previous-value-refused',
      `${name} is not rolled back: version ${token} was tried out and did not pass: ${why} The current one stays in force. ` +
        `If the target is in trouble, try again; otherwise make a new value: keyturn rotate ${name} --wait`,
      error,
    )
  }
}

const UNREACHED: readonly string[] = ['target-unavailable', 'target-unreachable', 'provider-unavailable', 'out-of-time']

/** The version must live until it is current. */
async function outlast(rotation: Rotation, secret: SecretDescription, { grace }: KeySet): Promise<void> {
  const { token, clock } = rotation
  const deadline = grace.find(({ versionId }) => versionId === token)?.deadline
  if (deadline && deadline.getTime() > clock.now().getTime() + SOON_MS) return
  await moveDeadline(rotation, secret, token, graceDeadline({ kind: 'window', ms: MIN_GRACE_MS }, clock.now()))
}

/** Puts the value into force at a target that takes one at a time, and the current one back when it does not work. */
async function applyAgain(rotation: Rotation, name: string, value: SecretString, from: string): Promise<void> {
  const { strategy, context, token } = rotation
  if (!strategy.apply) return
  try {
    await strategy.apply(context(token), value)
    await prove(rotation, name, value)
  } catch (error) {
    await strategy.apply(context(from), await readStored(rotation, from))
    throw error
  }
}

/** @throws KeyturnError `rollback-refused` (terminal) when a rotation or a hand was faster */
async function moveCurrent({ store, token, clock }: Rotation, name: string, from: string): Promise<void> {
  try {
    await store.moveLabel('AWSCURRENT', from, token)
  } catch (error) {
    // An attempt that ran beside this one may have moved it a moment ago.
    const { current } = readKeySet((await store.describe()).versions, clock.now())
    if (current === token) return
    if (current === from) throw error
    throw new KeyturnError(
      'rollback-refused',
      `${name} is not rolled back: version ${current} has become current meanwhile. Look again: keyturn status ${name}`,
      error,
    )
  }
}
