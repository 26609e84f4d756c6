import type { Problem } from '../../core/errors.ts'
import { formatPath } from './path.ts'

export const inClear = (path: readonly string[]): Problem => ({
  path: formatPath(path),
  message: `must be encrypted. Remove it from the file, set it with: pulumi config set --secret --path 'keyturn:${path[1] === undefined ? 'values.<name>' : formatPath(path)}', and renew what stood there`,
})

/**
 * First values that stand in a stack's file in clear: everything that is not `{ secure: … }`. What Pulumi hands to a
 * program is decrypted already, and counts as secret as a whole when one part of it is. Never quotes one.
 */
export function clearValues(stored: unknown, path: readonly string[]): readonly Problem[] {
  if (stored === undefined || stored === null || isSealed(stored)) return []
  if (typeof stored !== 'object' || Array.isArray(stored)) return [inClear(path)]
  return Object.entries(stored).flatMap(([name, value]) => clearValues(value, [...path, name]))
}

/** As Pulumi writes a secret. */
export function isSealed(stored: unknown): boolean {
  if (typeof stored !== 'object' || stored === null) return false
  const [[name, value] = [], ...more] = Object.entries(stored)
  return more.length === 0 && name === 'secure' && typeof value === 'string'
}
