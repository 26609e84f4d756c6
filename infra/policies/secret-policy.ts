import { TAG } from '../../core/tags.ts'
import { type IamPolicy, policy } from './permissions.ts'

/**
 * A secret's own policy. It grants nothing: it refuses its value to everyone but those named, whatever their own
 * policies say, and its deletion to everyone until what it opens has been revoked: the keys of a deleted secret live on
 * where they were issued. Rotation, labels and tags stay out of it, so that operators can always mend a secret.
 */
export function secretPolicy(writers: readonly string[], readers: readonly string[]): IamPolicy {
  const all = [...new Set([...writers, ...readers])].sort()
  return policy(
    {
      Sid: 'OnlyNamedPrincipalsRead',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['secretsmanager:GetSecretValue'],
      Resource: ['*'],
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': all } },
    },
    {
      Sid: 'OnlyNamedPrincipalsWrite',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecret'],
      Resource: ['*'],
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': [...writers].sort() } },
    },
    {
      // Pulumi takes this policy away before the secret, and has the secret ended before that.
      Sid: 'OnlyEndedIsDeleted',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['secretsmanager:DeleteSecret'],
      Resource: ['*'],
      Condition: { Null: { [`aws:ResourceTag/${TAG.ended}`]: 'true' } },
    },
  )
}
