import { SECOND } from '../../../../../core/clock.ts'
import type { Cloud } from '../../../cloud.ts'
import { rotationEvent } from '../events.ts'
import { detachLabel, holderOf } from '../labels.ts'
import type { RunningRotation, SecretRecord } from '../state.ts'
import { addEmptyVersion } from '../versions.ts'
import { nextOpening } from './schedule.ts'
import { runSteps } from './steps.ts'

/** Rotation as a service: what Secrets Manager does between calls. */
export interface Rotations {
  /**
   * Starts the four steps for the pending version `token` in the background. A failed attempt is repeated from the
   * first step with growing pauses on the cloud's clock; after the last one AWSPENDING stays where it is.
   */
  start(secret: SecretRecord, token: string): void
  /** Runs testSecret alone on a pending version made for it and removed afterwards. Never rejects. */
  test(secret: SecretRecord): Promise<void>
  /** Waits for the next window of the secret's schedule. */
  schedule(secret: SecretRecord): void
  /** A value that somebody put counts as a rotation: the next window is set from now. */
  countAsRotation(secret: SecretRecord): void
  /** Ends a rotation under way: its step runs to the end, and nothing follows it. */
  interrupt(secret: SecretRecord): void
  /** Interrupts, and turns the schedule off. */
  cancel(secret: SecretRecord): void
  /** Takes schedules, and rotations that a restart cut off, up again. */
  resume(): void
  /** Resolves when no step is under way. Attempts that wait for the clock do not count. */
  idle(): Promise<void>
}

const DEFAULT_ATTEMPTS = 5
const DEFAULT_BACKOFF_MS = 15 * SECOND

export function createRotations(cloud: Cloud): Rotations {
  const attempts = cloud.options.secretsManager?.rotationAttempts ?? DEFAULT_ATTEMPTS
  const backoffMs = cloud.options.secretsManager?.rotationBackoffMs ?? DEFAULT_BACKOFF_MS
  const underWay = new Set<Promise<void>>()

  /** Runs in the background; the clock does not move on meanwhile. */
  function background(work: Promise<void>): Promise<void> {
    const ended = work
      .catch((error: unknown) => cloud.log.error({ error }, 'a rotation ended unexpectedly'))
      .finally(() => underWay.delete(ended))
    underWay.add(ended)
    cloud.clock.hold(ended)
    return ended
  }

  function start(secret: SecretRecord, token: string): void {
    const { rotation } = secret
    if (!rotation) return
    const running: RunningRotation = { token, attempts: 0, startedAt: cloud.clock.now().toISOString() }
    rotation.running = running
    rotationEvent(cloud, secret, 'RotationStarted', token)
    void background(attempt(secret, running))
  }

  async function attempt(secret: SecretRecord, running: RunningRotation): Promise<void> {
    const stillWanted = (): boolean => secret.rotation?.running === running
    if (!stillWanted()) return
    running.attempts += 1
    cloud.changed()
    const outcome = await runSteps(cloud, secret, running.token, stillWanted)
    if (!stillWanted()) return
    if (outcome === 'done') succeed(secret, running.token)
    else fail(secret, running, outcome.step, outcome.reason)
    cloud.changed()
  }

  function succeed(secret: SecretRecord, token: string): void {
    if (!secret.rotation) return
    delete secret.rotation.running
    if (holderOf(secret.versions, 'AWSPENDING') === token) detachLabel(secret.versions, 'AWSPENDING')
    const now = cloud.clock.now().toISOString()
    secret.rotatedAt = now
    secret.changedAt = now
    rotationEvent(cloud, secret, 'RotationSucceeded', token)
    setNext(secret)
  }

  function fail(secret: SecretRecord, running: RunningRotation, step: string, reason: string): void {
    cloud.log.warn({ secret: secret.name, step, attempt: running.attempts, reason }, 'a rotation step failed')
    rotationEvent(cloud, secret, 'RotationFailed', running.token)
    if (running.attempts >= attempts) {
      delete secret.rotation?.running
      rotationEvent(cloud, secret, 'RotationAbandoned', running.token)
      return
    }
    const pause = backoffMs * 2 ** (running.attempts - 1)
    cloud.clock.at(new Date(cloud.clock.now().getTime() + pause), () => background(attempt(secret, running)))
  }

  async function test(secret: SecretRecord): Promise<void> {
    const token = cloud.random.uuid()
    addEmptyVersion(cloud, secret, token)
    const work = runSteps(cloud, secret, token, () => true, ['testSecret'])
      .then((outcome) => {
        if (outcome === 'done') return
        cloud.log.warn({ secret: secret.name, ...outcome }, 'the test of a rotation failed')
        rotationEvent(cloud, secret, 'RotationFailed', token)
      })
      .finally(() => {
        delete secret.versions[token]
      })
    await background(work)
  }

  /** From the window's own opening where one is past, so that a schedule does not drift by the time a rotation takes. */
  function setNext(secret: SecretRecord): void {
    const { rotation } = secret
    if (!rotation?.enabled) return
    const now = cloud.clock.now()
    const opened = rotation.nextAt === undefined ? now : new Date(rotation.nextAt)
    const fromWindow = opened <= now ? nextOpening(rotation.rules, opened) : undefined
    const next = fromWindow && fromWindow > now ? fromWindow : nextOpening(rotation.rules, now)
    if (next) rotation.nextAt = next.toISOString()
    else delete rotation.nextAt
    schedule(secret)
  }

  function schedule(secret: SecretRecord): void {
    const due = secret.rotation?.nextAt
    if (due === undefined) return
    cloud.clock.at(new Date(due), () => {
      const { rotation } = secret
      const present = cloud.state.secretsManager.secrets[secret.name] === secret && !secret.deletionAt
      if (!present || !rotation?.enabled || rotation.nextAt !== due || rotation.running) return
      openWindow(secret)
    })
  }

  function openWindow(secret: SecretRecord): void {
    const pending = holderOf(secret.versions, 'AWSPENDING')
    const stuck = pending !== undefined && pending !== holderOf(secret.versions, 'AWSCURRENT')
    const token = stuck ? pending : cloud.random.uuid()
    if (!stuck) addEmptyVersion(cloud, secret, token)
    start(secret, token)
  }

  return {
    start,
    test,
    schedule,
    countAsRotation: setNext,
    interrupt(secret) {
      delete secret.rotation?.running
    },
    cancel(secret) {
      if (!secret.rotation) return
      delete secret.rotation.running
      secret.rotation.enabled = false
      delete secret.rotation.nextAt
    },
    resume() {
      for (const secret of Object.values(cloud.state.secretsManager.secrets)) {
        const running = secret.rotation?.running
        if (running) void background(attempt(secret, running))
        schedule(secret)
      }
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
