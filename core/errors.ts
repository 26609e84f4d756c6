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
  readonly heading: string
  readonly problems: readonly Problem[]

  constructor(code: ErrorCode, heading: string, problems: readonly Problem[]) {
    super(
      code,
      [heading, ...problems.map((problem) => `  ${[...whereOf(problem), problem.message].join(': ')}`)].join('\n'),
    )
    this.heading = heading
    this.problems = problems
  }

  override toJSON(): { code: ErrorCode; kind: ErrorKind; message: string; problems: readonly Problem[] } {
    return { ...super.toJSON(), problems: this.problems }
  }
}

export interface Problem {
  /** Where the mistake stands, as a path into the input: `secrets.openai.grace`. Empty for the input as a whole. */
  path: string
  /** What is wrong, and what is allowed. */
  message: string
  /** The file that it stands in, where one was read. */
  file?: string
  line?: number
  column?: number
  /** Inventory name of the secret that it is about. */
  secret?: string
}

/** `Pulumi.dev.yaml:57` and `secrets.openai.grace`, as far as they are known. */
export function whereOf({ file, line, column, path }: Problem): readonly string[] {
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  return [place, path].filter((part) => part !== '')
}
