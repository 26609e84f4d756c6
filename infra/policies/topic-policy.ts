import { type IamPolicy, policy } from './permissions.ts'

/** Refuses messages from everyone but those named: a forged "rotation failed" sends people hunting ghosts. */
export function topicPolicy(topicArn: string, publishers: readonly string[]): IamPolicy {
  return policy({
    Sid: 'OnlyNamedPrincipalsPublish',
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: ['sns:Publish'],
    Resource: [topicArn],
    Condition: { ArnNotEquals: { 'aws:PrincipalArn': [...publishers].sort() } },
  })
}
