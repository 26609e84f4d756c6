import type { Cloud } from '../../cloud.ts'
import type { FunctionRecord, FunctionVersion } from './state.ts'

/**
 * Freezes `$LATEST` under the next number. As long as its code and settings are those of the newest version, that one
 * is given back, whatever description is asked for.
 */
export function publish(cloud: Cloud, record: FunctionRecord, description?: string): FunctionVersion {
  const { latest, published } = record
  const newest = published.at(-1)
  const from = JSON.stringify([latest.codeSha256, latest.settings])
  if (newest?.from === from) return newest
  const settings = { ...latest.settings, description: description ?? latest.settings.description }
  const version = { ...latest, settings, from, version: String(published.length + 1), revisionId: cloud.random.uuid() }
  published.push(version)
  return version
}
