import { MINUTE } from '../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import type { Credentials } from '../iam/types.ts'
import type { FunctionRecord } from './state.ts'

/** Gives credentials that are good for a while yet. @throws ServiceError when the role is not to be had */
export type RoleCredentials = () => Credentials

/** Keys that Lambda itself uses under a function's role, apart from those that the function holds. */
export function roleCredentials(cloud: Cloud, role: string, { name, arn }: FunctionRecord): RoleCredentials {
  let current: Credentials | undefined
  return () => {
    const now = cloud.clock.now().getTime()
    if (!current || current.expiration.getTime() - now < 5 * MINUTE) {
      current = cloud.iam.issueCredentials(role, name, { service: 'lambda.amazonaws.com', sourceArn: arn })
    }
    return current
  }
}
