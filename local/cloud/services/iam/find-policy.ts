import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { own } from '../own.ts'
import { isManagedByAws, managedPolicy, managedPolicyArns } from './managed-policies.ts'
import type { PolicyRecord } from './state.ts'

/** A policy of the account, or one of AWS's that the local cloud knows. @throws ServiceError `NoSuchEntity` */
export function findPolicy(cloud: Cloud, arn: string): PolicyRecord {
  const policy = own(cloud.state.iam.policies, arn) ?? managedPolicy(arn)
  if (policy) return policy
  const hint = isManagedByAws(arn)
    ? ` Of AWS's own the local cloud knows ${managedPolicyArns()}: write the statements that the role needs into a policy of your own.`
    : ''
  throw new ServiceError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.${hint}`, 404)
}

export const attachmentsOf = (cloud: Cloud, arn: string): number =>
  Object.values(cloud.state.iam.roles).filter(({ attached }) => attached.includes(arn)).length
