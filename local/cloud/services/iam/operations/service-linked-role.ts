import { z } from 'zod'
import { AccessDeniedError, ServiceError } from '../../../protocol/service-error.ts'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call, Operation } from '../../service.ts'
import { uniqueId } from '../names.ts'
import { renderRole } from '../render.ts'
import type { RoleRecord } from '../state.ts'

/** The roles that AWS services take for themselves, of those services that the stack uses, by the service's name. */
const ROLE_NAMES: Readonly<Record<string, string>> = {
  'ecs.amazonaws.com': 'AWSServiceRoleForECS',
  'ecs.application-autoscaling.amazonaws.com': 'AWSServiceRoleForApplicationAutoScaling_ECSService',
  'elasticloadbalancing.amazonaws.com': 'AWSServiceRoleForElasticLoadBalancing',
}

const schema = z.object({
  AWSServiceName: z.string(),
  Description: z.string().max(1000).optional(),
  CustomSuffix: z.never('no suffix is known to the local cloud: leave it out').optional(),
})

/** docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html */
export const createServiceLinkedRole: Operation = (input, call) => {
  const { AWSServiceName: service, Description } = parseInput(schema, input, 'ValidationError')
  if (!Object.hasOwn(ROLE_NAMES, service)) {
    const known = Object.keys(ROLE_NAMES).join(', ')
    throw new ServiceError('NotImplemented', `Of services the local cloud knows ${known}, not ${service}`, 501)
  }
  authorize(call, service)
  if (find(call, service)) {
    throw new ServiceError(
      'InvalidInput',
      `Service role name ${ROLE_NAMES[service]} has been taken in this account, please try a different suffix.`,
    )
  }
  return { Role: renderRole(create(call, service, Description)) }
}

/** What a service does when it is first used: makes its role, if the caller may; without it, it goes on without one. */
export function ensureServiceLinkedRole(call: Call, service: string): void {
  if (find(call, service)) return
  try {
    authorize(call, service)
  } catch (error) {
    if (error instanceof AccessDeniedError) return
    throw error
  }
  create(call, service)
}

export const serviceLinkedRoleArn = (call: Call, service: string): string =>
  `arn:aws:iam::${call.cloud.accountId}:role/aws-service-role/${service}/${ROLE_NAMES[service]}`

const find = (call: Call, service: string): RoleRecord | undefined =>
  own(call.cloud.state.iam.roles, ROLE_NAMES[service] ?? '')

function authorize(call: Call, service: string): void {
  const context = { 'iam:AWSServiceName': service }
  call.authorize('iam:CreateServiceLinkedRole', serviceLinkedRoleArn(call, service), context)
}

function create(call: Call, service: string, description?: string): RoleRecord {
  const { cloud } = call
  const trust = { Sid: 'Service', Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }
  const role: RoleRecord = {
    name: ROLE_NAMES[service] ?? service,
    id: uniqueId('AROA', cloud.random),
    arn: serviceLinkedRoleArn(call, service),
    path: `/aws-service-role/${service}/`,
    createdAt: cloud.clock.now().toISOString(),
    ...(description !== undefined && { description }),
    maxSessionSeconds: 3600,
    trust: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    inline: {},
    attached: [],
    tags: {},
  }
  cloud.state.iam.roles[role.name] = role
  return role
}
