import type { Cloud } from '../../cloud.ts'
import { addKey } from './key.ts'
import { managedKeyPolicy } from './key-policy.ts'
import type { KeyRecord } from './state.ts'

/** The AWS managed key of a service (`alias/aws/secretsmanager`), made when it is first needed. */
export function managedKey(cloud: Cloud, service: string): KeyRecord {
  const { keys, aliases } = cloud.state.kms
  const name = `alias/aws/${service}`
  const existing = keys[aliases[name]?.keyId ?? '']
  if (existing) return existing
  const key = addKey(cloud, {
    manager: 'AWS',
    description: `Default key that protects my ${service} data when no other key is defined`,
    policy: managedKeyPolicy(cloud.accountId, `${service}.${cloud.region}.amazonaws.com`),
  })
  aliases[name] = { keyId: key.id, createdAt: key.createdAt, updatedAt: key.createdAt }
  return key
}
