import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { defaultKeyPolicy } from './key-policy.ts'
import type { KeyRecord, MaterialRecord } from './state.ts'

export const keyArn = ({ region, accountId }: Cloud, id: string): string =>
  `arn:aws:kms:${region}:${accountId}:key/${id}`

export const aliasArn = ({ region, accountId }: Cloud, name: string): string =>
  `arn:aws:kms:${region}:${accountId}:${name}`

/**
 * The key that an id, key ARN, alias name or alias ARN means.
 * @throws ServiceError NotFoundException, also for an ARN of another Region
 */
export function findKey(cloud: Cloud, reference: string): KeyRecord {
  const { keys, aliases } = cloud.state.kms
  const [, region = cloud.region] = /^arn:aws:kms:([^:]*):/.exec(reference) ?? []
  if (region !== cloud.region) throw new ServiceError('NotFoundException', `Invalid arn ${region}`)
  const name = reference.replace(/^arn:aws:kms:[^:]*:\d*:/, '')
  if (name.startsWith('alias/')) {
    const alias = aliases[name]
    const key = alias && keys[alias.keyId]
    if (key) return key
    throw new ServiceError('NotFoundException', `Alias ${aliasArn(cloud, name)} is not found.`)
  }
  const id = name.replace(/^key\//, '')
  const key = Object.hasOwn(keys, id) ? keys[id] : undefined
  if (key) return key
  const arn = reference.startsWith('arn:') ? reference : keyArn(cloud, reference)
  throw new ServiceError('NotFoundException', `Key '${arn}' does not exist`)
}

/**
 * The key that an id or a key ARN means: operations that manage keys take no alias
 * (docs.aws.amazon.com/kms/latest/developerguide/alias-using.html).
 * @throws ServiceError NotFoundException
 */
export function findKeyById(cloud: Cloud, reference: string): KeyRecord {
  if (/^(arn:aws:kms:[^:]*:\d*:)?alias\//.test(reference)) {
    throw new ServiceError('NotFoundException', `Invalid keyId '${reference}'`)
  }
  return findKey(cloud, reference)
}

/** @throws ServiceError DisabledException or KMSInvalidStateException for a key that must not be used now */
export function assertUsable(key: KeyRecord): void {
  if (key.state === 'Disabled') throw new ServiceError('DisabledException', `${key.arn} is disabled.`)
  assertNotPendingDeletion(key)
}

/** @throws ServiceError KMSInvalidStateException */
export function assertNotPendingDeletion(key: KeyRecord): void {
  if (key.state === 'PendingDeletion') {
    throw new ServiceError('KMSInvalidStateException', `${key.arn} is pending deletion.`)
  }
}

export interface NewKey {
  readonly description?: string | undefined
  readonly policy?: string | undefined
  readonly multiRegion?: boolean | undefined
  readonly manager?: KeyRecord['manager']
  readonly tags?: Readonly<Record<string, string>>
}

export function addKey(cloud: Cloud, options: NewKey): KeyRecord {
  const id = `${options.multiRegion ? 'mrk-' : ''}${cloud.random.uuid()}`
  const key: KeyRecord = {
    id,
    arn: keyArn(cloud, id),
    createdAt: cloud.clock.now().toISOString(),
    manager: options.manager ?? 'CUSTOMER',
    multiRegion: options.multiRegion ?? false,
    description: options.description ?? '',
    state: 'Enabled',
    policy: options.policy ?? defaultKeyPolicy(cloud.accountId),
    tags: { ...options.tags },
    materials: [newMaterial(cloud, 'CREATED')],
  }
  cloud.state.kms.keys[id] = key
  return key
}

export function newMaterial(cloud: Cloud, origin: MaterialRecord['origin']): MaterialRecord {
  return {
    id: Buffer.from(cloud.random.bytes(32)).toString('hex'),
    key: Buffer.from(cloud.random.bytes(32)).toString('base64'),
    createdAt: cloud.clock.now().toISOString(),
    origin,
  }
}
