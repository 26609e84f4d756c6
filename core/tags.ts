/** Tags that Keyturn keeps on a secret. The CLI and the sweeper read them, so that AWS alone answers "what is this?". */
export const TAG = {
  /** `<project>/<stack>`; its presence makes a secret Keyturn's. */
  stack: 'keyturn:stack',
  /** The strategy's kind: `client-key`. */
  strategy: 'keyturn:strategy',
  /** The configured grace: `24h`. */
  grace: 'keyturn:grace',
  owner: 'keyturn:owner',
  /** On a secret that the proxy reads. */
  proxy: 'keyturn:proxy',
  /** Written by `keyturn rotate --grace`: the grace of one rotation, bound to its token (see `graceOnce`). */
  graceOnce: 'keyturn:run:grace-once',
  /** Written by a rotation function that failed (see `lastError`). */
  lastError: 'keyturn:run:last-error',
} as const

/** The staging label under which a person puts the next value of a `supplied` secret. */
export const SUPPLIED_LABEL = 'SUPPLIED'

/** The value of the `graceOnce` tag: one rotation's grace, void for every other token. */
export const formatGraceOnce = (grace: string, token: string): string => `${grace}@${token}`

/** The grace text that the tag's value carries for `token`, if it is for that token. */
export function readGraceOnce(value: string | undefined, token: string): string | undefined {
  const [grace, forToken] = value?.split('@') ?? []
  return forToken === token ? grace : undefined
}

export interface LastError {
  at: Date
  /** Step in which it happened: `testSecret`. */
  step: string
  code: string
}

/** The value of the `lastError` tag, 256 characters at most and without any text from a target. */
export const formatLastError = ({ at, step, code }: LastError): string =>
  `${at.toISOString()} ${step} ${code}`.slice(0, 256)

/** Undefined when the tag is missing or unreadable. */
export function readLastError(value: string | undefined): LastError | undefined {
  const [time, step, code] = value?.split(' ') ?? []
  const at = new Date(time ?? '')
  return Number.isNaN(at.getTime()) || !step || !code ? undefined : { at, step, code }
}
