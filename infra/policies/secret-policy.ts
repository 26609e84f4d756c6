import { type IamPolicy, policy } from '../permissions.ts'

/**
 * A secret's own policy. It grants nothing: it refuses its value to everyone but those named, whatever their own
 * policies say. Rotation, labels and tags stay out of it, so that operators can always mend a secret.
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
  )
}
