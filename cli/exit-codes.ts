import type { KeyturnError } from '../core/errors.ts'

/** Exit codes, as `keyturn --help` documents them. */
export const EXIT = { failed: 1, badInput: 2, waitTimeout: 3, attention: 4 } as const

/** Errors that a caller mends by calling again with another input. */
const BAD_INPUT: readonly string[] = [
  'config-invalid',
  'config-values-clear',
  'stack-file-unreadable',
  'grace-invalid',
  'endpoint-invalid',
  'option-invalid',
  'value-unreadable',
  'value-too-long',
  'value-not-allowed',
  'secret-ambiguous',
  'secret-not-found',
  'secret-not-managed',
  'field-missing',
]

export function exitCode({ code }: KeyturnError): number {
  if (code === 'wait-timeout') return EXIT.waitTimeout
  return BAD_INPUT.includes(code) ? EXIT.badInput : EXIT.failed
}
