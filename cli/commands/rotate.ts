import { PutSecretValueCommand, RotateSecretCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager'
import { Listr, type ListrTaskWrapper } from 'listr2'
import { type Clock, SECOND } from '../../core/clock.ts'
import { KeyturnError, needsHuman, retryable } from '../../core/errors.ts'
import { formatGrace, parseGrace } from '../../core/grace.ts'
import type { Random } from '../../core/random.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { formatGraceOnce, SUPPLIED_LABEL, TAG } from '../../core/tags.ts'
import { describeStatus, findSecret, type SecretStatus } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { duration } from '../output/duration.ts'

export interface RotateOptions {
  grace?: string | undefined
  wait?: boolean | undefined
  /** How long to wait, in seconds. */
  timeout: number
  /** The next value of a `supplied` secret. */
  value?: SecretString | undefined
  json?: boolean | undefined
  clock: Clock
  random: Random
}

export interface Rotated {
  name: string
  versionId: string
  state: 'started' | 'current'
  from: string | undefined
  graceUntil: Date | undefined
}

/** `keyturn rotate NAME…`: what the console's "Rotate secret immediately" does, with a grace of its own and a wait. */
export async function rotate(
  session: AwsSession,
  names: readonly string[],
  options: RotateOptions,
): Promise<Rotated[]> {
  const grace = options.grace === undefined ? undefined : formatGrace(parseGrace(options.grace))
  const secrets = await Promise.all(names.map((name) => findSecret(session, name)))
  for (const secret of secrets) assertRotatable(secret, options)

  const done: Rotated[] = []
  const failures: unknown[] = []
  const tasks = new Listr(
    secrets.map((secret) => ({
      title: secret.name,
      task: async (_context: unknown, task: Progress) => {
        try {
          done.push(await rotateOne(session, secret, { ...options, grace }, task))
        } catch (error) {
          failures.push(error)
          throw error
        }
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      renderer: options.json ? 'silent' : 'default',
      fallbackRenderer: options.json ? 'silent' : 'simple',
    },
  )
  await tasks.run()
  if (failures.length > 0) throw failures[0]
  return done
}

type Progress = ListrTaskWrapper<unknown, never, never> | { output: string; title: string }

async function rotateOne(
  session: AwsSession,
  secret: SecretStatus,
  options: RotateOptions,
  task: Progress,
): Promise<Rotated> {
  const token = options.random.uuid()
  if (options.value) {
    task.output = 'putting the supplied value'
    await supply(session, secret, options.value, options.random.uuid())
  }
  if (options.grace !== undefined) {
    const tag = { Key: TAG.graceOnce, Value: formatGraceOnce(options.grace, token) }
    await session.client.send(new TagResourceCommand({ SecretId: secret.arn, Tags: [tag] }))
  }
  await start(session, secret, token)
  task.title = `${secret.name}: started, version ${token}`
  if (!options.wait)
    return { name: secret.name, versionId: token, state: 'started', from: secret.keys.current, graceUntil: undefined }

  const after = await waitUntilCurrent(session, secret, token, options, task)
  const old = [...after.keys.grace, ...after.keys.expired].find(({ versionId }) => versionId === secret.keys.current)
  task.title = `${secret.name}: version ${token} is current${old ? `; the old key works until ${old.deadline.toISOString()}` : ''}`
  return { name: secret.name, versionId: token, state: 'current', from: secret.keys.current, graceUntil: old?.deadline }
}

function assertRotatable(secret: SecretStatus, options: RotateOptions): void {
  if (!secret.rotationEnabled) {
    throw needsHuman(
      'rotation-disabled',
      `Rotation is off for ${secret.name}. Turn it on with pulumi up, then try again.`,
    )
  }
  if (options.value && secret.strategy !== 'supplied') {
    throw needsHuman(
      'value-not-allowed',
      `--value-from is for strategy supplied; ${secret.name} is ${secret.strategy}, which makes its own value. Leave the option out.`,
    )
  }
  if (secret.keys.pending !== undefined && !secret.versions[secret.keys.pending]?.includes('AWSCURRENT')) {
    throw retryable(
      'rotation-in-progress',
      `${secret.name} is being rotated already (version ${secret.keys.pending} is AWSPENDING). Wait for it with keyturn status ${secret.name}; ` +
        'if it is stuck, take the label off: aws secretsmanager update-secret-version-stage --version-stage AWSPENDING ' +
        `--secret-id ${secret.name} --remove-from-version-id ${secret.keys.pending}`,
    )
  }
}

async function supply(session: AwsSession, secret: SecretStatus, value: SecretString, token: string): Promise<void> {
  await session.client.send(
    new PutSecretValueCommand({
      SecretId: secret.arn,
      ClientRequestToken: token,
      SecretString: value.reveal(),
      VersionStages: [SUPPLIED_LABEL],
    }),
  )
}

async function start(session: AwsSession, secret: SecretStatus, token: string): Promise<void> {
  try {
    await session.client.send(new RotateSecretCommand({ SecretId: secret.arn, ClientRequestToken: token }))
  } catch (error) {
    const { name, message } = error as Error
    if (name !== 'InvalidRequestException' || !/previous rotation/i.test(message)) throw error
    throw retryable(
      'rotation-in-progress',
      `${secret.name} is being rotated already. Wait for it with keyturn status ${secret.name}, then try again.`,
      error,
    )
  }
}

async function waitUntilCurrent(
  session: AwsSession,
  secret: SecretStatus,
  token: string,
  { timeout, clock }: RotateOptions,
  task: Progress,
): Promise<SecretStatus> {
  const began = clock.monotonic()
  const startedAt = session.now()
  for (;;) {
    const now = await describeStatus(session, secret.arn)
    const labels = now.versions[token] ?? []
    // AWSPENDING stays until Secrets Manager has cleaned up after finishSecret; only then may the next rotation start.
    if (labels.includes('AWSCURRENT') && !labels.includes('AWSPENDING')) return now
    const error = now.lastError && now.lastError.at >= startedAt ? now.lastError : undefined
    if (labels.length === 0 && clock.monotonic() - began > 2 * SECOND) throw failed(secret, token, error?.code)
    const waited = clock.monotonic() - began
    if (waited > timeout * SECOND) {
      throw new KeyturnError({
        code: 'wait-timeout',
        kind: 'retryable',
        message: `${secret.name} was not current within ${timeout} s${error ? `; last error ${error.code} in ${error.step}` : ''}. The rotation goes on: keyturn status ${secret.name}`,
      })
    }
    task.output = `${error ? `${error.step} failed with ${error.code}, being tried again` : labels.includes('AWSCURRENT') ? 'finishing' : 'making and testing the new version'} (${duration(waited)})`
    await clock.sleep(waited < 5 * SECOND ? 300 : 2 * SECOND)
  }
}

function failed(secret: SecretStatus, token: string, code: string | undefined): Error {
  return needsHuman(
    code ?? 'rotation-abandoned',
    `The rotation of ${secret.name} was given up${code ? `: ${code}` : ''} (version ${token}). The old key stays in force. ` +
      `The reason stands in the rotation function's log; once it is mended, run keyturn rotate ${secret.name} again.`,
  )
}
