import { z } from 'zod'
import { AccessDeniedError } from '../../../protocol/service-error.ts'
import { servicePrincipal } from '../../iam/types.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { invalidRequest, requireToken, secretId, versionId } from '../input.ts'
import { holderOf } from '../labels.ts'
import { checkRules, nextOpening } from '../rotation/schedule.ts'
import { SECRETS_MANAGER } from '../rotation/steps.ts'
import type { RotationRules, SecretRecord } from '../state.ts'
import { addEmptyVersion } from '../versions.ts'

const schema = z.object({
  SecretId: secretId,
  ClientRequestToken: versionId.optional(),
  RotationLambdaARN: z.string().min(1).max(2_048).optional(),
  RotationRules: z
    .object({
      AutomaticallyAfterDays: z.int().min(1).max(1_000),
      Duration: z.string(),
      ScheduleExpression: z.string().min(1).max(256),
    })
    .partial()
    .optional(),
  RotateImmediately: z.boolean().default(true),
})

type Input = z.output<typeof schema>

/**
 * Sets a rotation up, and starts one unless `RotateImmediately` is false; then only testSecret runs, before the answer.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
 */
export async function rotateSecret(input: unknown, call: Call): Promise<unknown> {
  const options = parseInput(schema, input)
  const { cloud } = call
  const token = requireToken(options.ClientRequestToken)
  const secret = findSecret(call, 'secretsmanager:RotateSecret', options.SecretId, { context: contextOf(options) })
  const lambdaArn = checkFunction(call, secret, options.RotationLambdaARN)
  const rules = (options.RotationRules as RotationRules | undefined) ?? secret.rotation?.rules ?? {}
  checkRules(rules, cloud.clock.now())

  const repeated = options.RotateImmediately && secret.versions[token] !== undefined
  const pending = options.RotateImmediately ? pendingVersion(secret, token) : undefined
  configure(call, secret, lambdaArn, rules, options.RotationRules !== undefined)
  if (pending !== undefined) {
    // AWS takes the earlier rotation up again, and says so with an error.
    if (!secret.rotation?.running) cloud.rotations.start(secret, pending)
    throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.")
  }
  if (!options.RotateImmediately) {
    if (holderOf(secret.versions, 'AWSPENDING') === undefined) await cloud.rotations.test(secret)
    return { ARN: secret.arn, Name: secret.name }
  }
  if (repeated) retryStuck(call, secret, token)
  else {
    addEmptyVersion(cloud, secret, token)
    cloud.rotations.start(secret, token)
  }
  return { ARN: secret.arn, Name: secret.name, VersionId: token }
}

/** The function's ARN, once it exists, its policy lets Secrets Manager in, and the caller may invoke it too. */
function checkFunction(call: Call, secret: SecretRecord, given: string | undefined): string {
  const arn = given ?? secret.rotation?.lambdaArn
  if (arn === undefined) {
    throw invalidRequest('No Lambda rotation function ARN is associated with this secret.')
  }
  call.authorize('lambda:InvokeFunction', arn)
  const { cloud } = call
  const access = cloud.lambda.checkInvoke(arn, servicePrincipal(SECRETS_MANAGER, cloud.accountId), secret.arn)
  if (access === 'allowed') return arn
  // AWS does not tell a function that is missing from one that does not let it in; the log here does.
  cloud.log.warn({ secret: secret.name, function: arn, access }, 'Secrets Manager cannot invoke the rotation function')
  throw new AccessDeniedError(
    `Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal ${SECRETS_MANAGER}.`,
  )
}

/** The version of an earlier rotation that has not ended, if it is another one than the token's. */
function pendingVersion(secret: SecretRecord, token: string): string | undefined {
  const pending = holderOf(secret.versions, 'AWSPENDING')
  const open = pending !== undefined && pending !== holderOf(secret.versions, 'AWSCURRENT') && pending !== token
  return open ? pending : undefined
}

function configure(call: Call, secret: SecretRecord, lambdaArn: string, rules: RotationRules, newRules: boolean): void {
  const { cloud } = call
  const { rotation } = secret
  const next = newRules || !rotation?.nextAt ? nextOpening(rules, cloud.clock.now())?.toISOString() : rotation.nextAt
  secret.rotation = {
    enabled: true,
    lambdaArn,
    rules,
    ...(next !== undefined && { nextAt: next }),
    ...(rotation?.running && { running: rotation.running }),
  }
  if (next !== undefined && (next !== rotation?.nextAt || !rotation.enabled)) cloud.rotations.schedule(secret)
}

/** The same token again: nothing new while that rotation runs or once it is done, another try when it was given up. */
function retryStuck({ cloud }: Call, secret: SecretRecord, token: string): void {
  const current = holderOf(secret.versions, 'AWSCURRENT') === token
  if (!current && !secret.rotation?.running && holderOf(secret.versions, 'AWSPENDING') === token) {
    cloud.rotations.start(secret, token)
  }
}

const contextOf = ({ RotationLambdaARN, RotationRules, RotateImmediately }: Input) => ({
  ...(RotationLambdaARN && { 'secretsmanager:RotationLambdaARN': RotationLambdaARN }),
  'secretsmanager:ModifyRotationRules': String(RotationRules !== undefined),
  'secretsmanager:RotateImmediately': String(RotateImmediately),
})
