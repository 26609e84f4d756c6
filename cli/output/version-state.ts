import type { SecretStatus } from '../aws/secrets.ts'
import { duration, moment } from './duration.ts'

/** What a version is, in words: `in grace until 2026-11-24 10:00:00 UTC (6 h left)`. */
export function stateOf({ keys }: SecretStatus, versionId: string, now: Date): string {
  if (versionId === keys.current) return 'current'
  if (versionId === keys.pending) return 'being rotated in'
  const of = <Version extends { versionId: string }>(versions: readonly Version[]): Version | undefined =>
    versions.find((version) => version.versionId === versionId)
  const grace = of(keys.grace)
  if (grace)
    return `in grace until ${moment(grace.deadline)} (${duration(grace.deadline.getTime() - now.getTime())} left)`
  const expired = of(keys.expired)
  if (expired) return `expired since ${moment(expired.deadline)}`
  const malformed = of(keys.malformed)
  if (malformed) return `not accepted: ${malformed.labels.join(', ')} cannot be believed`
  if (keys.unordered.includes(versionId)) return 'replaced by hand a moment ago'
  return 'retired: it carries no label any more'
}
