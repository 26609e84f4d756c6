import { z } from 'zod'
import { SECOND } from '../../../../../core/clock.ts'
import { AccessDeniedError, ServiceError } from '../../../protocol/service-error.ts'
import { roleNameOf } from '../../iam/find-role.ts'
import { readPolicyText } from '../../iam/policy-text.ts'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call, Operation } from '../../service.ts'

const schema = z.object({
  RoleArn: z.string().min(20).max(2048),
  RoleSessionName: z.string().regex(/^[\w+=,.@-]{2,64}$/, '2 to 64 letters, digits and +=,.@_-'),
  DurationSeconds: z.coerce.number().int().min(900).optional(),
  ExternalId: z.string().optional(),
  Policy: z.never('session policies are not evaluated by the local cloud: leave it out').optional(),
  PolicyArns: z.never('session policies are not evaluated by the local cloud: leave it out').optional(),
})

const ROLE_ARN = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/

/** Both sides decide: the role's trust policy must name the caller, or its account and the caller's own policies. */
export const assumeRole: Operation = (input, call) => {
  const { RoleArn, RoleSessionName, DurationSeconds, ExternalId } = parseInput(schema, input, 'ValidationError')
  const { cloud } = call
  if (!RoleArn.startsWith('arn:')) throw new ServiceError('ValidationError', `${RoleArn} is invalid`)
  if (!ROLE_ARN.test(RoleArn)) throw new ServiceError('ValidationError', 'Request ARN is invalid')
  const role = own(cloud.state.iam.roles, roleNameOf(RoleArn))
  if (role?.arn !== RoleArn) throw unknownRole(call, RoleArn)
  call.authorize('sts:AssumeRole', role.arn, ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId }, {
    resourcePolicy: readPolicyText(role.trust),
  })
  const seconds = DurationSeconds ?? Math.min(3600, role.maxSessionSeconds)
  if (seconds > role.maxSessionSeconds) {
    throw new ServiceError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
  }
  const credentials = cloud.iam.issueCredentials(role.arn, RoleSessionName, { durationMs: seconds * SECOND })
  return {
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: credentials.expiration,
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${RoleSessionName}`,
      Arn: `arn:aws:sts::${cloud.accountId}:assumed-role/${role.name}/${RoleSessionName}`,
    },
  }
}

/** AWS does not tell an unknown role from a forbidden one. */
const unknownRole = ({ principal }: Call, arn: string): Error =>
  new AccessDeniedError(`User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`)
