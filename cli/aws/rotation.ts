import { PutSecretValueCommand, RotateSecretCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager'
import { type Clock, SECOND } from '../../core/clock.ts'
import { isErrorCode, nextAction } from '../../core/error-codes.ts'
import { KeyturnError } from '../../core/errors.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { formatGraceOnce, SUPPLIED_LABEL, TAG } from '../../core/tags.ts'
import type { Report } from '../output/progress.ts'
import { describeStatus, type SecretStatus } from './secrets.ts'
import type { AwsSession } from './session.ts'

/** A read may miss the version that RotateSecret has made a moment ago. */
const READ_AFTER_WRITE_MS = 2 * SECOND

/** Puts the next value where the rotation function takes it from. */
export async function supply(
  session: AwsSession,
  { arn }: SecretStatus,
  value: SecretString,
  token: string,
): Promise<void> {
  await session.client.send(
    new PutSecretValueCommand({
      SecretId: arn,
      ClientRequestToken: token,
      SecretString: value.reveal(),
      VersionStages: [SUPPLIED_LABEL],
    }),
  )
}

/** Gives the rotation of `token`, and no other, a grace of its own. */
export async function setGraceOnce(
  session: AwsSession,
  { arn }: SecretStatus,
  grace: string,
  token: string,
): Promise<void> {
  const tag = { Key: TAG.graceOnce, Value: formatGraceOnce(grace, token) }
  await session.client.send(new TagResourceCommand({ SecretId: arn, Tags: [tag] }))
}

/** @throws KeyturnError `rotation-in-progress` (retryable) */
export async function start(session: AwsSession, secret: SecretStatus, token: string): Promise<void> {
  try {
    await session.client.send(new RotateSecretCommand({ SecretId: secret.arn, ClientRequestToken: token }))
  } catch (error) {
    const { name, message } = error as Error
    if (name !== 'InvalidRequestException' || !/previous rotation/i.test(message)) throw error
    throw new KeyturnError(
      'rotation-in-progress',
      `${secret.name} is being rotated already. Wait for it with keyturn status ${secret.name}, then try again.`,
      error,
    )
  }
}

/**
 * Waits until `token` is current and Secrets Manager has cleaned up after it: only then may the next rotation start.
 * @throws KeyturnError `wait-timeout` (retryable) after `timeout` seconds; the error's own code (needs-human) when the
 * rotation function gave up
 */
export async function waitUntilCurrent(
  session: AwsSession,
  secret: SecretStatus,
  token: string,
  { timeout, clock }: { timeout: number; clock: Clock },
  report: Report,
): Promise<SecretStatus> {
  const began = clock.monotonic()
  const startedAt = session.now()
  for (;;) {
    const now = await describeStatus(session, secret.arn)
    const labels = now.versions[token] ?? []
    if (labels.includes('AWSCURRENT') && !labels.includes('AWSPENDING')) return now
    const error = now.lastError && now.lastError.at >= startedAt ? now.lastError : undefined
    const waited = clock.monotonic() - began
    if (labels.length === 0 && waited > READ_AFTER_WRITE_MS) throw givenUp(secret, error)
    if (waited > timeout * SECOND) throw waitTimeout(secret, timeout, error)
    report(phase(labels, error), waited)
    await clock.sleep(Math.min(waited < 5 * SECOND ? 300 : 2 * SECOND, timeout * SECOND - waited + 1))
  }
}

function phase(labels: readonly string[], error: SecretStatus['lastError']): string {
  if (labels.length === 0) return error ? `${error.step} failed with ${error.code}` : 'starting'
  if (labels.includes('AWSCURRENT')) return 'finishing'
  return error ? `${error.step} failed with ${error.code}, being tried again` : 'making and testing the new version'
}

function givenUp({ name }: SecretStatus, error: SecretStatus['lastError']): Error {
  const what = error ? `${error.code} in ${error.step}. ${firstSentence(error.why)}` : 'its rotation was given up. '
  const message = `${name} was not rotated: ${what}The old key stays in force. ${nextAction(error?.code ?? '', name)}`
  return new KeyturnError(isErrorCode(error?.code) ? error.code : 'rotation-abandoned', message)
}

/** The first sentence of a function's message, and a space; what to do about it is told in this command's own words. */
export function firstSentence(text: string | undefined): string {
  const [first = ''] = (text ?? '').split(/(?<=[.…]) (?=[A-Z])/)
  return first === '' ? '' : `${first} `
}

function waitTimeout({ name }: SecretStatus, timeout: number, error: SecretStatus['lastError']): Error {
  const why = error ? `; the last try failed with ${error.code} in ${error.step}` : ''
  return new KeyturnError(
    'wait-timeout',
    `${name} was not current within ${timeout} s${why}. The rotation goes on; the old key stays in force. Follow it with: keyturn status ${name}`,
  )
}
