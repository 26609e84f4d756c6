import type { Cloud } from '../cloud.ts'
import type { Grant, Iam } from './iam/types.ts'

/** Lets everything through. A stand-in for the parts of tests that are not about permissions. */
export function permissiveIam(cloud: Cloud): Iam {
  const grant: Grant = {
    kind: 'identity',
    holder: 'local',
    policy: 'permissive',
    sid: '#0',
    action: '*',
    resource: '*',
  }
  return {
    principalFor: (accessKeyId) =>
      accessKeyId === 'local'
        ? {
            kind: 'user',
            arn: `arn:aws:iam::${cloud.accountId}:user/local`,
            accountId: cloud.accountId,
            userName: 'local',
          }
        : undefined,
    authorize: () => ({ allowed: true, by: grant, grants: [grant] }),
    issueCredentials: () => {
      throw new Error('the permissive IAM knows no roles')
    },
    assume: () => {
      throw new Error('the permissive IAM knows no roles')
    },
    watchResourcePolicies: () => {},
    grants: () => [],
    unusedGrants: () => [],
    resourceGrants: () => [],
    unusedResourceGrants: () => [],
    clearUse: () => {},
  }
}
