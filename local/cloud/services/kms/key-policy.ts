import { KeyturnError } from '../../../../core/errors.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { parsePolicy } from '../iam/evaluator/policy-document.ts'
/** What CreateKey puts when no policy is given: the account decides, through its identity policies. */
export const defaultKeyPolicy = (accountId: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  })

/**
 * The policy of an AWS managed key such as `aws/secretsmanager`: everybody in the account, through that service alone.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
export const managedKeyPolicy = (accountId: string, viaService: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AllowThroughTheService',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        Resource: '*',
        Condition: { StringEquals: { 'kms:CallerAccount': accountId, 'kms:ViaService': viaService } },
      },
      {
        Sid: 'AllowReadingMetadata',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: ['kms:Describe*', 'kms:Get*', 'kms:List*'],
        Resource: '*',
      },
    ],
  })

/** @throws ServiceError MalformedPolicyDocumentException */
export function checkKeyPolicy(text: string): void {
  try {
    parsePolicy(text)
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error
    throw new ServiceError('MalformedPolicyDocumentException', error.message)
  }
}
