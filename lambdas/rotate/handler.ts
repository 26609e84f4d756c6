import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Context } from 'aws-lambda'
import type { Clock } from '../../core/clock.ts'
import { SECOND } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { parseGrace } from '../../core/grace.ts'
import type { RotationInventory } from '../../core/inventory.ts'
import type { Logger } from '../../core/log.ts'
import type { Random } from '../../core/random.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { abandon, recordError } from '../engine/abandon.ts'
import { createSecret } from '../engine/create-secret.ts'
import { endSecret, removeFirstValue } from '../engine/end-secret.ts'
import { finishSecret } from '../engine/finish-secret.ts'
import { createFirstValue, firstToken } from '../engine/first-value.ts'
import { rotateOnRequest, stopRotation } from '../engine/on-request.ts'
import { orderVersions } from '../engine/order-versions.ts'
import { retireVersion } from '../engine/retire-secret.ts'
import { revokeVersions } from '../engine/revoke-versions.ts'
import { rollBack } from '../engine/roll-back.ts'
import type { Rotation } from '../engine/rotation.ts'
import { setGrace } from '../engine/set-grace.ts'
import { setSecret } from '../engine/set-secret.ts'
import { openStore, readValue } from '../engine/store.ts'
import { testSecret } from '../engine/test-secret.ts'
import type { Strategy } from '../strategies/strategy.ts'
import { parseEvent, type RotationEvent } from './event.ts'
import { entryFor } from './inventory.ts'

export interface RotationHandlerOptions {
  client: SecretsManagerClient
  inventory: RotationInventory
  strategies: readonly Strategy[]
  clock: Clock
  random: Random
  log: Logger
}

export type RotationHandler = (
  event: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis' | 'awsRequestId'>,
) => Promise<RotationAnswer>

export interface RotationAnswer {
  step: string
  versionId: string
  /** Why a person's wish was not fulfilled; no other step answers with an error, they fail. */
  error?: { code: string; kind: string; message: string }
}

/** Left of the function's time for cleaning up and for telling why. */
const CLEAN_UP_MS = 3 * SECOND

async function perform(rotation: Rotation, event: RotationEvent): Promise<void> {
  switch (event.Step) {
    case 'createSecret':
      return createSecret(rotation)
    case 'setSecret':
      return setSecret(rotation)
    case 'testSecret':
      return testSecret(rotation)
    case 'finishSecret':
      return finishSecret(rotation)
    case 'retireSecret':
      return retireVersion(rotation, event.VersionId)
    case 'createFirstValue':
      return createFirstValue(rotation)
    case 'removeFirstValue':
      return removeFirstValue(rotation)
    case 'orderVersions':
      return orderVersions(rotation)
    case 'endSecret':
      return endSecret(rotation)
    case 'revokeVersions':
      return revokeVersions(rotation, event.VersionIds)
    case 'setGrace':
      return setGrace(rotation, event.VersionIds, new Date(event.Until))
    case 'rollBack':
      return rollBack(rotation, event.From)
    case 'rotateOnRequest':
      return rotateOnRequest(rotation, event.FunctionArn)
    case 'stopRotation':
      return stopRotation(rotation)
  }
}

/** Steps that a person has asked for and waits for: they hear the reason themselves, so no alarm and no tag has to tell. */
const ASKED: readonly RotationEvent['Step'][] = ['revokeVersions', 'setGrace', 'rollBack']

/** The Lambda handler of a rotation function: Secrets Manager's four steps, the fifth, and what comes before and after. */
export function createRotationHandler(options: RotationHandlerOptions): RotationHandler {
  return async (input, context) => {
    const event = parseEvent(input)
    const deadline = AbortSignal.timeout(Math.max(context.getRemainingTimeInMillis() - CLEAN_UP_MS, 1))
    const rotation = open(options, event, context.awsRequestId, deadline)
    const { log, token } = rotation
    try {
      await perform(rotation, event)
      log.info('step done')
      return { step: event.Step, versionId: token }
    } catch (caught) {
      const error = deadline.aborted ? outOfTime(event.Step, caught) : caught
      log.error({ error }, 'step failed')
      if (ASKED.includes(event.Step) && error instanceof KeyturnError) {
        return { step: event.Step, versionId: token, error: error.toJSON() }
      }
      await afterFailure(
        { ...open(options, event, context.awsRequestId, AbortSignal.timeout(CLEAN_UP_MS)) },
        event.Step,
        error,
      )
      // Alarms and Secrets Manager's own retries hang on the invocation failing.
      throw error
    }
  }
}

function open(options: RotationHandlerOptions, event: RotationEvent, requestId: string, signal: AbortSignal): Rotation {
  const { client, inventory, clock, random } = options
  const entry = entryFor(inventory, event.SecretId, 'entry' in event ? event.entry : undefined)
  const strategy = options.strategies.find(({ kind }) => kind === entry.strategy)
  if (!strategy) {
    throw new KeyturnError(
      'strategy-not-here',
      `This function does not hold strategy ${entry.strategy}. Run pulumi up to put the secret on the right function.`,
    )
  }
  const token =
    'ClientRequestToken' in event
      ? event.ClientRequestToken
      : 'VersionId' in event
        ? event.VersionId
        : firstToken(event.SecretId)
  const log = options.log.child({ secret: event.SecretId, step: event.Step, version: token, requestId })
  const params = strategy.params.parse(entry.params)
  const readSecret = once((name) => readOther(client, name, signal))
  return {
    store: openStore(client, event.SecretId, signal),
    strategy,
    params,
    grace: parseGrace(entry.grace),
    token,
    rotationToken: 'RotationToken' in event ? event.RotationToken : undefined,
    clock,
    log,
    signal,
    context: (versionId) => ({
      params,
      secretArn: event.SecretId,
      token: versionId,
      clock,
      random,
      log,
      signal,
      readSecret,
    }),
  }
}

/** Cleaning up must not hide why it was needed. */
async function afterFailure(rotation: Rotation, step: string, error: unknown): Promise<void> {
  for (const action of [recordError, abandon]) {
    await action(rotation, step, error).catch((second: unknown) => {
      rotation.log.error({ error: second }, 'cleaning up after the failure failed too')
    })
  }
}

async function readOther(client: SecretsManagerClient, name: string, signal: AbortSignal): Promise<SecretString> {
  const value = await readValue(client, { SecretId: name }, signal).catch((error: unknown) => {
    if (!(error instanceof KeyturnError) || error.code !== 'secret-deleted') throw error
    throw new KeyturnError(
      'required-secret-deleted',
      `Secret ${name}, which this rotation needs, is scheduled for deletion. Restore it (aws secretsmanager restore-secret) and rotate again.`,
    )
  })
  if (value) return value
  throw new KeyturnError(
    'secret-without-value',
    `Secret ${name} has no value yet. Give it one (pulumi config set --secret, or keyturn rotate ${name} --value-from -) and rotate again.`,
  )
}

/** One successful read per secret and invocation: a value that changes between two steps is seen by the next step. */
function once(read: (name: string) => Promise<SecretString>): (name: string) => Promise<SecretString> {
  const reads = new Map<string, Promise<SecretString>>()
  return (name) => {
    const known = reads.get(name)
    if (known) return known
    const reading = read(name)
    reads.set(name, reading)
    reading.catch(() => reads.delete(name))
    return reading
  }
}

const outOfTime = (step: string, cause: unknown): Error =>
  new KeyturnError(
    'out-of-time',
    `${step} did not end within the function's time. It is safe to run again; if it recurs, check the network path to the target.`,
    cause,
  )
