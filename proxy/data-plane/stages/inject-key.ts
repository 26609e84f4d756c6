import type { UpstreamAuth } from '../../../core/inventory.ts'
import type { SecretString } from '../../../core/secret-string.ts'
import type { Attempt } from '../exchange.ts'
import { forEachHeader } from '../raw-headers.ts'
import type { Stage } from '../stage.ts'

/** Puts the upstream key in, after everything that could have taken it out again. */
export function injectKey(): Stage<Attempt, Attempt> {
  return (next) => (attempt) => next({ ...attempt, headers: withKey(attempt.headers, attempt.route.auth, attempt.key) })
}

/** Headers with the key in the place that the upstream wants it in, and nothing else there. */
export function withKey(headers: readonly string[], auth: UpstreamAuth, key: SecretString): string[] {
  if (auth.scheme === 'bearer') return [...headers, 'authorization', `Bearer ${key.reveal()}`]
  const kept: string[] = []
  forEachHeader(headers, (lower, value, name) => {
    if (lower.replaceAll('_', '-') !== auth.header.toLowerCase().replaceAll('_', '-')) kept.push(name, value)
  })
  return [...kept, auth.header, key.reveal()]
}
