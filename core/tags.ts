/** Tags that Keyturn keeps on a secret. The CLI and the sweeper read them, so that AWS alone answers "what is this?". */
export const TAG = {
  /** `<project>/<stack>`; its presence makes a secret Keyturn's. */
  stack: 'keyturn:stack',
  /** The kind of the secret's strategy. */
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
  /** Why it failed, in words, encoded for a tag (see `formatWhy`). */
  lastErrorWhy: 'keyturn:run:last-error-why',
  /** Written when what was made for the secret at its target has been revoked: it may be deleted, and is not rotated again. */
  ended: 'keyturn:run:ended',
  /** Written when the previous version is about to become current again (see `RolledBack`). */
  rolledBack: 'keyturn:run:rolled-back',
  /** What people have been told of the secret, and when (see lambdas/notify/told.ts). */
  told: 'keyturn:run:told',
  /** On a secret that the proxy reads: how often, and for how long it serves the last good set (see `proxyReads`). */
  proxyReads: 'keyturn:proxy-reads',
  /** Whether a person hands over its values (see `Supply`); missing on a secret that an older program made. */
  supply: 'keyturn:supply',
  /** `clients`: clients of the proxy present its keys, so an old one is over once every proxy refuses it. */
  presentedBy: 'keyturn:presented-by',
  /** `keyturn`: its rotation function revokes old credentials at their target, and proves it. */
  revokedBy: 'keyturn:revoked-by',
} as const

/**
 * Whether a person may or must hand over the next value: `never`, Keyturn makes each one; `allowed`, it makes one where
 * nobody has handed one over; `required`, a person alone can obtain one.
 */
export type Supply = 'never' | 'allowed' | 'required'

/** Undefined when the tag is missing or unreadable. */
export const readSupply = (value: string | undefined): Supply | undefined =>
  value === 'never' || value === 'allowed' || value === 'required' ? value : undefined

/** Tags that functions and the CLI write while the stack runs, and that are none of the program's business. */
export const RUN_TAGS: readonly string[] = Object.values(TAG).filter((tag) => tag.startsWith('keyturn:run:'))

/** The staging label under which a person puts the next value, where its strategy takes one. */
export const SUPPLIED_LABEL = 'SUPPLIED'

/** The value of the `graceOnce` tag: one rotation's grace (`36h`, or the moment of its end), void for every other token. */
export const formatGraceOnce = (grace: string, token: string): string => `${grace}@${token}`

/** The grace text that the tag's value carries for `token`, if it is for that token. */
export function readGraceOnce(value: string | undefined, token: string): string | undefined {
  const [grace, forToken] = value?.split('@') ?? []
  return forToken === token ? grace : undefined
}

export interface RolledBack {
  at: Date
  /** The version that was current before. */
  from: string
  to: string
}

/** The value of the `rolledBack` tag: `<time> <from> <to>`. */
export const formatRolledBack = ({ at, from, to }: RolledBack): string => `${at.toISOString()} ${from} ${to}`

/** Undefined when the tag is missing or unreadable. */
export function readRolledBack(value: string | undefined): RolledBack | undefined {
  const [time, from, to] = value?.split(' ') ?? []
  const at = new Date(time ?? '')
  return Number.isNaN(at.getTime()) || !from || !to ? undefined : { at, from, to }
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

/** What 256 characters of base64url hold. */
const WHY_BYTES = 192

/**
 * An error's message as a tag may carry it: base64url, since a tag takes few characters, and cut at the end of a
 * sentence where it is too long. Messages of Keyturn's own hold no secret and no text from a target.
 */
export function formatWhy(message: string): string {
  let text = message
  if (Buffer.byteLength(text) > WHY_BYTES) {
    const head = Buffer.from(text)
      .subarray(0, WHY_BYTES - 3)
      .toString('utf8')
      .replace(/\uFFFD$/, '')
    const sentence = head.slice(0, head.lastIndexOf('. ') + 1)
    text = sentence === '' ? `${head}…` : sentence
  }
  return Buffer.from(text).toString('base64url')
}

/** Undefined when the tag is missing or empty. */
export const readWhy = (value: string | undefined): string | undefined =>
  value ? Buffer.from(value, 'base64url').toString('utf8') : undefined

export interface ProxyReads {
  /** Seconds between two looks at the labels. */
  refreshSeconds: number
  /** Seconds for which the last good set is served while Secrets Manager does not answer. */
  maxStaleSeconds: number
}

/** The value of the `proxyReads` tag: `30/86400`. */
export const formatProxyReads = ({ refreshSeconds, maxStaleSeconds }: ProxyReads): string =>
  `${refreshSeconds}/${maxStaleSeconds}`

/** Undefined when the tag is missing or unreadable. */
export function readProxyReads(value: string | undefined): ProxyReads | undefined {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(value ?? '')
  return match ? { refreshSeconds: Number(match[1]), maxStaleSeconds: Number(match[2]) } : undefined
}

/** Undefined when the tag is missing or unreadable. */
export function readLastError(value: string | undefined): LastError | undefined {
  const [time, step, code] = value?.split(' ') ?? []
  const at = new Date(time ?? '')
  return Number.isNaN(at.getTime()) || !step || !code ? undefined : { at, step, code }
}
