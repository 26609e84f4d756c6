/**
 * What a caller may do about an error: try again as it is (`retryable`), give up because trying again cannot help
 * (`terminal`), or fetch a person because only they can supply what is missing (`needs-human`).
 */
export type ErrorKind = 'retryable' | 'terminal' | 'needs-human'

export interface KeyturnErrorOptions {
  /** Stable, kebab-case, documented; programs match on it. */
  code: string
  kind: ErrorKind
  /** Names the setting, the allowed values and the next action. Never a secret, never text from an upstream. */
  message: string
  cause?: unknown
}

/** The one base of all errors that Keyturn throws on purpose. */
export class KeyturnError extends Error {
  readonly code: string
  readonly kind: ErrorKind

  constructor(options: KeyturnErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'KeyturnError'
    this.code = options.code
    this.kind = options.kind
  }

  toJSON(): { code: string; kind: ErrorKind; message: string } {
    return { code: this.code, kind: this.kind, message: this.message }
  }
}

export const retryable = (code: string, message: string, cause?: unknown): KeyturnError =>
  new KeyturnError({ code, kind: 'retryable', message, cause })

export const terminal = (code: string, message: string, cause?: unknown): KeyturnError =>
  new KeyturnError({ code, kind: 'terminal', message, cause })

export const needsHuman = (code: string, message: string, cause?: unknown): KeyturnError =>
  new KeyturnError({ code, kind: 'needs-human', message, cause })

/** Several problems found in one pass, reported together. */
export class ProblemsError extends KeyturnError {
  readonly problems: readonly Problem[]

  constructor(code: string, heading: string, problems: readonly Problem[]) {
    const lines = problems.map((problem) => `  ${problem.path}: ${problem.message}`)
    super({ code, kind: 'needs-human', message: [heading, ...lines].join('\n') })
    this.problems = problems
  }
}

export interface Problem {
  /** Where the mistake stands, as a path into the input: `secrets[2].grace`. */
  path: string
  /** What is wrong, and what is allowed. */
  message: string
}
