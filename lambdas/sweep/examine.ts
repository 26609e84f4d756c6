import type { LambdaClient } from '@aws-sdk/client-lambda'
import {
  DescribeSecretCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import { TAG } from '../../core/tags.ts'
import type { Condition } from '../notify/condition.ts'
import type { Message } from '../notify/message.ts'
import type { Publish } from '../notify/publish.ts'
import { telling } from '../notify/tell.ts'
import { conditionsOf } from './conditions.ts'
import { dueReminder } from './deleted.ts'
import type { SecretEvent } from './event.ts'
import { NOTHING, type Outcome, putInOrder } from './put-in-order.ts'
import { readSecret, type SweptSecret } from './secret.ts'

export interface ExamineOptions {
  readonly secrets: SecretsManagerClient
  readonly lambda: LambdaClient
  readonly publish: Publish
  /** `<project>/<stack>`: only secrets that carry it in their tag are looked at. */
  readonly stack: string
  /** Milliseconds between two sweeps. */
  readonly everyMs: number
  readonly clock: Clock
  readonly log: Logger
}

export interface Manner {
  /** Milliseconds to wait for the rotation function; 0 asks it for nothing, and only tells what stands. */
  readonly actWithinMs: number
  /** What brought us here, when it was no sweep. */
  readonly event?: SecretEvent
}

export interface Examined {
  readonly outcome: Outcome
  readonly conditions: readonly Condition[]
  /** Messages published. */
  readonly told: number
}

/**
 * Looks at one secret, has done what its versions are due for, and tells people what stands and what is over. Looking
 * again changes nothing and tells nothing. It reads the secret itself: a list may be minutes old.
 * @throws the SDK's errors when the secret cannot be read or marked, or nobody can be told
 */
export async function examine(options: ExamineOptions, secretId: string, manner: Manner): Promise<Examined> {
  const { clock, log, lambda, stack } = options
  const found = await describe(options, secretId)
  if (!found || found.tags[TAG.stack] !== stack) return { outcome: NOTHING, conditions: [], told: 0 }
  let secret = found
  let outcome = NOTHING
  if (!secret.deleted && manner.actWithinMs > 0) {
    outcome = await putInOrder(secret, { lambda, now: () => clock.now(), log }, AbortSignal.timeout(manner.actWithinMs))
    if (outcome !== NOTHING) secret = (await describe(options, secretId)) ?? secret
  }
  const { event } = manner
  const hints = { failures: outcome.failures, event: event?.what }
  const conditions = conditionsOf(secret, clock.now(), hints)
  // One move by hand makes several events, which come side by side: the one of AWSCURRENT tells.
  const told = event?.what === 'label' ? 0 : await tell(options, secret, conditions, event !== undefined)
  return { outcome, conditions, told }
}

async function describe({ secrets }: ExamineOptions, SecretId: string): Promise<SweptSecret | undefined> {
  try {
    const found = await secrets.send(new DescribeSecretCommand({ SecretId }))
    return readSecret(found, found.VersionIdsToStages)
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

async function tell(
  options: ExamineOptions,
  secret: SweptSecret,
  conditions: readonly Condition[],
  raiseOnly: boolean,
): Promise<number> {
  const { clock, everyMs } = options
  const now = clock.now()
  // A deleted secret takes no tags, so its messages go by the time of its deletion alone.
  const deleted = conditions.find(({ code }) => code === 'deleted-alive')
  if (deleted && !raiseOnly) return send(options, dueReminder(secret.name, deleted, now, everyMs))
  if (secret.deleted) return 0
  const { messages, tag } = telling(secret.name, conditions, secret.tags[TAG.told], { now, raiseOnly })
  // Marked first: should the message then be lost, the next interval repeats it. The other way round, a tag that
  // cannot be written would send the same message at every sweep.
  if (tag !== undefined) await mark(options, secret.arn, tag)
  try {
    return await send(options, messages)
  } catch (error) {
    if (tag !== undefined) await mark(options, secret.arn, secret.tags[TAG.told] ?? '').catch(() => {})
    throw error
  }
}

async function send({ publish, log }: ExamineOptions, messages: readonly Message[]): Promise<number> {
  for (const message of messages) {
    await publish(message)
    log.info({ ...message.attributes }, 'told')
  }
  return messages.length
}

async function mark({ secrets }: ExamineOptions, SecretId: string, Value: string): Promise<void> {
  await secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key: TAG.told, Value }] }))
}
