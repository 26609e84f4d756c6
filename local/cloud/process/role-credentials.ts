import { MINUTE } from '../../../core/clock.ts'
import type { Cloud } from '../cloud.ts'
import type { AssumeOptions, Credentials } from '../services/iam/types.ts'

/** Gives credentials that are good for a while yet. @throws ServiceError when the role is not to be had */
export type RoleCredentials = () => Credentials

/** Keys that an AWS service itself uses under a role, renewed before they expire. */
export function roleCredentials(cloud: Cloud, role: string, session: string, options: AssumeOptions): RoleCredentials {
  let current: Credentials | undefined
  return () => {
    const now = cloud.clock.now().getTime()
    if (!current || current.expiration.getTime() - now < 5 * MINUTE) {
      current = cloud.iam.issueCredentials(role, session, options)
    }
    return current
  }
}
