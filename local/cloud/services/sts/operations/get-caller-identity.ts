import type { Principal } from '../../iam/types.ts'
import type { Operation } from '../../service.ts'

/** Needs no permission, as in AWS: whoever holds a key may ask whose it is. */
export const getCallerIdentity: Operation = (_input, { principal, cloud }) => ({
  UserId: userId(principal),
  Account: cloud.accountId,
  Arn: principal.arn,
})

const userId = (principal: Principal): string =>
  principal.kind === 'role' ? `${principal.roleName}:${principal.sessionName}` : principal.arn
