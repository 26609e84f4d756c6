import { ensureServiceLinkedRole, serviceLinkedRoleArn } from '../iam/operations/service-linked-role.ts'
import type { Call } from '../service.ts'
import { invalid } from './errors.ts'

const ECS = 'ecs.amazonaws.com'

/**
 * ECS makes its role with the first cluster or service of an account, if the caller may have it made.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
 */
export const makeOwnRole = (call: Call): void => ensureServiceLinkedRole(call, ECS)

/** @throws ServiceError InvalidParameterException in AWS's words */
export function takeOwnRole(call: Call): void {
  makeOwnRole(call)
  try {
    call.cloud.iam.assume(serviceLinkedRoleArn(call, ECS), 'ecs-service-scheduler', { service: ECS })
  } catch {
    throw invalid('Unable to assume the service linked role. Please verify that the ECS service linked role exists.')
  }
}
