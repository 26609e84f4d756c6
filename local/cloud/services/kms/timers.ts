import { DAY } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { newMaterial } from './key.ts'
import type { KeyRecord } from './state.ts'

export const inDays = (cloud: Cloud, days: number): string =>
  new Date(cloud.clock.now().getTime() + days * DAY).toISOString()

/** Rotates the key's material when the clock reaches its date, again and again. */
export function scheduleMaterialRotation(cloud: Cloud, key: KeyRecord): void {
  const due = key.rotation?.nextAt
  if (!due) return
  cloud.clock.at(new Date(due), () => {
    // Switched off, or set to another date, in the meantime.
    if (key.rotation?.nextAt !== due || cloud.state.kms.keys[key.id] !== key) return
    if (key.state === 'Enabled') key.materials.push(newMaterial(cloud, 'AUTOMATIC'))
    key.rotation.nextAt = inDays(cloud, key.rotation.periodDays)
    cloud.changed()
    scheduleMaterialRotation(cloud, key)
  })
}

/** Removes a key, and the aliases that name it, when its deletion window ends. */
export function scheduleDeletion(cloud: Cloud, key: KeyRecord): void {
  const due = key.deletionAt
  if (!due) return
  cloud.clock.at(new Date(due), () => {
    if (key.deletionAt !== due) return
    const { keys, aliases } = cloud.state.kms
    delete keys[key.id]
    for (const [name, alias] of Object.entries(aliases)) if (alias.keyId === key.id) delete aliases[name]
    cloud.changed()
  })
}
