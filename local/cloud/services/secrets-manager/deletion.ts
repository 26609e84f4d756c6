import type { Cloud } from '../../cloud.ts'
import type { SecretRecord } from './state.ts'

/** Removes a secret when its recovery window ends, unless it was restored. */
export function scheduleDeletion(cloud: Cloud, secret: SecretRecord): void {
  const due = secret.deletionAt
  if (due === undefined) return
  cloud.clock.at(new Date(due), () => {
    const { secrets } = cloud.state.secretsManager
    if (secret.deletionAt !== due || secrets[secret.name] !== secret) return
    delete secrets[secret.name]
    cloud.changed()
  })
}
