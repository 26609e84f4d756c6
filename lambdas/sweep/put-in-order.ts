import type { LambdaClient } from '@aws-sdk/client-lambda'
import type { Logger } from '../../core/log.ts'
import { type Answer, askFunction } from './invoke.ts'
import { dueOf, type SweptSecret } from './secret.ts'

export interface Outcome {
  readonly ordered: readonly string[]
  readonly retired: readonly string[]
  /** Steps that were asked for and not done. */
  readonly failures: readonly Failure[]
}

export interface Failure {
  readonly step: 'orderVersions' | 'retireSecret'
  readonly versionId?: string
  /** Only a person can mend it. */
  readonly needsHuman: boolean
  readonly reason: string
}

export const NOTHING: Outcome = { ordered: [], retired: [], failures: [] }

interface Means {
  readonly lambda: LambdaClient
  readonly now: () => Date
  readonly log: Logger
}

/**
 * Has everything done that a secret's versions are due for. Each version's failure is its own: what can be retired is,
 * whatever stands beside it.
 */
export async function putInOrder(secret: SweptSecret, means: Means, signal: AbortSignal): Promise<Outcome> {
  const { keys, order, retire } = dueOf(secret, means.now())
  const { rotationFunction, arn } = secret
  if (rotationFunction === undefined) return NOTHING
  const failures: Failure[] = []
  const retired: string[] = []
  let ordered: readonly string[] = []
  const ask = async (step: Failure['step'], VersionId?: string): Promise<boolean> => {
    const event = { Step: step, SecretId: arn, ...(VersionId !== undefined && { VersionId }) }
    const answer = await askFunction(means.lambda, rotationFunction, event, signal)
    if (answer.kind === 'done') return true
    failures.push(failureOf(step, VersionId, answer))
    const { reason, error } = answer
    means.log.error({ secret: secret.name, step, version: VersionId, reason, error }, 'a step was not done')
    return false
  }

  if (order && (await ask('orderVersions'))) ordered = keys.unordered
  for (const versionId of retire) {
    if (await ask('retireSecret', versionId)) retired.push(versionId)
  }
  return { ordered, retired, failures }
}

const failureOf = (
  step: Failure['step'],
  versionId: string | undefined,
  answer: Answer & { kind: 'failed' },
): Failure => ({
  step,
  ...(versionId !== undefined && { versionId }),
  needsHuman: answer.ours,
  reason: answer.reason,
})
