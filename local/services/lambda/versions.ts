import type { Cloud } from '../../cloud.ts'
import type { FunctionRecord, FunctionVersion } from './state.ts'

/** Freezes `$LATEST` under the next number; the same code and settings twice give the same number, as in AWS. */
export function publish(cloud: Cloud, record: FunctionRecord, description?: string): FunctionVersion {
  const { latest, published } = record
  const newest = published.at(-1)
  const settings = { ...latest.settings, description: description ?? latest.settings.description }
  const unchanged =
    newest?.codeSha256 === latest.codeSha256 && JSON.stringify(newest.settings) === JSON.stringify(settings)
  if (newest && unchanged) return newest
  const version = { ...latest, settings, version: String(published.length + 1), revisionId: cloud.random.uuid() }
  published.push(version)
  return version
}
