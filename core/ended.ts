import { TAG } from './tags.ts'
import type { VersionLabels } from './versions.ts'

/**
 * Whether what was made for a secret at its target has been revoked, and nothing has been put into it since: the `ended` tag names
 * the version that was current then (`<time> <version id>`).
 */
export function isEnded(tags: Readonly<Record<string, string>>, versions: VersionLabels): boolean {
  const [, versionId] = tags[TAG.ended]?.split(' ') ?? []
  return versionId !== undefined && (versions[versionId] ?? []).includes('AWSCURRENT')
}
