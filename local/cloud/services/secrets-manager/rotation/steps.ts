import type { Cloud } from '../../../cloud.ts'
import { servicePrincipal } from '../../iam/types.ts'
import { holderOf } from '../labels.ts'
import type { SecretRecord } from '../state.ts'

export const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const

export type Step = (typeof STEPS)[number]

export const SECRETS_MANAGER = 'secretsmanager.amazonaws.com'

export type StepsOutcome = 'done' | { readonly step: Step | 'finishSecret'; readonly reason: string }

/**
 * Invokes the rotation function step by step until one fails or nobody wants the rotation any more.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export async function runSteps(
  cloud: Cloud,
  secret: SecretRecord,
  token: string,
  stillWanted: () => boolean,
  steps: readonly Step[] = STEPS,
): Promise<StepsOutcome> {
  for (const step of steps) {
    if (!stillWanted()) return { step, reason: 'the rotation was cancelled' }
    const failure = await invoke(cloud, secret, token, step)
    if (failure !== undefined) return { step, reason: failure }
  }
  if (steps.includes('finishSecret') && holderOf(secret.versions, 'AWSCURRENT') !== token) {
    return { step: 'finishSecret', reason: 'finishSecret ended without moving AWSCURRENT to the new version' }
  }
  return 'done'
}

/** Why the step failed, without the function's own words; undefined when it did not. */
async function invoke(cloud: Cloud, secret: SecretRecord, token: string, step: Step): Promise<string | undefined> {
  const payload = {
    Step: step,
    SecretId: secret.arn,
    ClientRequestToken: token,
    RotationToken: cloud.random.uuid(),
  }
  try {
    const result = await cloud.lambda.invoke(secret.rotation?.lambdaArn ?? '', payload, {
      type: 'RequestResponse',
      invoker: servicePrincipal(SECRETS_MANAGER, cloud.accountId),
      sourceArn: secret.arn,
    })
    return result.functionError === undefined ? undefined : `the function failed: ${result.functionError}`
  } catch (error) {
    return `the function could not be invoked: ${error instanceof Error ? error.message : String(error)}`
  }
}
