import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { own } from '../own.ts'
import type { PolicyRecord } from './state.ts'

/** A customer-managed policy. @throws ServiceError `NoSuchEntity`, also for AWS-managed ones, which are not kept here */
export function findPolicy(cloud: Cloud, arn: string): PolicyRecord {
  const policy = own(cloud.state.iam.policies, arn)
  if (policy) return policy
  const hint = arn.startsWith('arn:aws:iam::aws:policy/')
    ? ' The local cloud keeps no AWS-managed policies: write the statements that the role needs into its own policy.'
    : ''
  throw new ServiceError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.${hint}`, 404)
}

export const attachmentsOf = (cloud: Cloud, arn: string): number =>
  Object.values(cloud.state.iam.roles).filter(({ attached }) => attached.includes(arn)).length
