import { ERROR_CODES, type ErrorCode, type ErrorKind } from './error-codes.ts'

/**
 * The one base of all errors that Keyturn throws on purpose. Its code is one of {@link ERROR_CODES}, which says what
 * kind of error it is; the message names the setting, the allowed values and the next action, and holds neither a
 * secret nor text from an upstream.
 *
 * @example
 * throw new KeyturnError('port-taken', 'Port 8443 is taken. Stop what listens there, or set "port".', cause)
 */
export class KeyturnError extends Error {
  readonly code: ErrorCode
  readonly kind: ErrorKind

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'KeyturnError'
    this.code = code
    this.kind = ERROR_CODES[code].kind
  }

  toJSON(): { code: ErrorCode; kind: ErrorKind; message: string } {
    return { code: this.code, kind: this.kind, message: this.message }
  }
}

/** Several problems found in one pass, reported together. */
export class ProblemsError extends KeyturnError {
  readonly problems: readonly Problem[]

  constructor(code: ErrorCode, heading: string, problems: readonly Problem[]) {
    super(code, [heading, ...problems.map(({ path, message }) => `  ${path}: ${message}`)].join('\n'))
    this.problems = problems
  }
}

export interface Problem {
  /** Where the mistake stands, as a path into the input: `secrets[2].grace`. */
  path: string
  /** What is wrong, and what is allowed. */
  message: string
}
