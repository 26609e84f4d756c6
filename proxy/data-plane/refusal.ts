import { type ErrorKind, KeyturnError } from '../../core/errors.ts'

/** Why a request is refused: the status of each stable code, at the edge where HTTP is spoken. */
const REFUSALS = {
  'malformed-request': { status: 400, kind: 'terminal' },
  'target-invalid': { status: 400, kind: 'terminal' },
  'path-not-canonical': { status: 400, kind: 'terminal' },
  'credential-missing': { status: 401, kind: 'terminal' },
  'credential-ambiguous': { status: 401, kind: 'terminal' },
  'key-unknown': { status: 401, kind: 'terminal' },
  'key-expired': { status: 401, kind: 'terminal' },
  'route-unknown': { status: 404, kind: 'terminal' },
  'method-not-allowed': { status: 405, kind: 'terminal' },
  'body-timeout': { status: 408, kind: 'retryable' },
  'head-timeout': { status: 408, kind: 'retryable' },
  'body-too-large': { status: 413, kind: 'terminal' },
  'expectation-unknown': { status: 417, kind: 'terminal' },
  'too-many-failed-attempts': { status: 429, kind: 'retryable' },
  'head-too-large': { status: 431, kind: 'terminal' },
  'internal-error': { status: 500, kind: 'terminal' },
  'upgrade-not-allowed': { status: 501, kind: 'terminal' },
  'upstream-unreachable': { status: 502, kind: 'retryable' },
  'upstream-invalid': { status: 502, kind: 'retryable' },
  'connections-exhausted': { status: 503, kind: 'retryable' },
  'upstream-echoed-key': { status: 502, kind: 'needs-human' },
  'key-set-unavailable': { status: 503, kind: 'retryable' },
  'upstream-key-unavailable': { status: 503, kind: 'needs-human' },
  draining: { status: 503, kind: 'retryable' },
  'upstream-timeout': { status: 504, kind: 'retryable' },
} as const satisfies Record<string, { status: number; kind: ErrorKind }>

export type RefusalCode = keyof typeof REFUSALS

/** An answer that the proxy gives itself, as `{"error":{"code","message","request_id"}}`. */
export class Refusal extends KeyturnError {
  readonly status: number
  readonly retryAfterSeconds: number | undefined

  constructor(code: RefusalCode, message: string, options: { retryAfterSeconds?: number; cause?: unknown } = {}) {
    super({ code, kind: REFUSALS[code].kind, message, cause: options.cause })
    this.status = REFUSALS[code].status
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** The JSON body of a refusal, and of the terminal event of a stream that was cut short. */
export function errorBody(code: string, message: string, requestId: string): string {
  return JSON.stringify({ error: { code, message, request_id: requestId } })
}
