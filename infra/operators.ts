import { needsHuman } from '../core/errors.ts'

/**
 * The principals that may read and put values by hand: those that the config names, or else whoever deploys, who must
 * be able to put the first values of `supplied` secrets.
 * @throws KeyturnError `operators-needed` (needs-human) when the deployer's role cannot be told from its session
 */
export function operatorArns(configured: readonly string[] | undefined, callerArn: string): readonly string[] {
  if (configured) return configured
  const session = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(callerArn)
  if (!session) return [callerArn]
  const [, partition, accountId, role = ''] = session
  // A session's ARN leaves out the path of its role, which single sign-on always uses.
  if (role.startsWith('AWSReservedSSO_')) {
    throw needsHuman(
      'operators-needed',
      'The role that deploys comes from single sign-on, and its full ARN cannot be told from its session. ' +
        'List it in "keyturn:operators"; `aws iam get-role --role-name <role> --query Role.Arn` tells it.',
    )
  }
  return [`arn:${partition}:iam::${accountId}:role/${role}`]
}
