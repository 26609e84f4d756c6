import type { ErrorCode } from '../../core/error-codes.ts'
import { KeyturnError } from '../../core/errors.ts'

/** Why a request is refused: the status of each stable code, at the edge where HTTP is spoken. */
export const REFUSAL_STATUS = {
  'malformed-request': 400,
  'target-invalid': 400,
  'path-not-canonical': 400,
  'credential-missing': 401,
  'credential-ambiguous': 401,
  'key-unknown': 401,
  'key-expired': 401,
  'route-unknown': 404,
  'method-not-allowed': 405,
  'body-timeout': 408,
  'head-timeout': 408,
  'body-too-large': 413,
  'expectation-unknown': 417,
  'too-many-failed-attempts': 429,
  'head-too-large': 431,
  'internal-error': 500,
  'upgrade-not-allowed': 501,
  'upstream-unreachable': 502,
  'upstream-invalid': 502,
  'connections-exhausted': 503,
  'upstream-echoed-key': 502,
  'key-set-unavailable': 503,
  'upstream-key-unavailable': 503,
  draining: 503,
  'upstream-timeout': 504,
} as const satisfies Partial<Record<ErrorCode, number>>

export type RefusalCode = keyof typeof REFUSAL_STATUS

/** An answer that the proxy gives itself, as `{"error":{"code","message","request_id"}}`. */
export class Refusal extends KeyturnError {
  readonly status: number
  readonly retryAfterSeconds: number | undefined

  constructor(code: RefusalCode, message: string, options: { retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(code, message, options.cause)
    this.status = REFUSAL_STATUS[code]
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** The JSON body of a refusal, and of the terminal event of a stream that was cut short. */
export function errorBody(code: string, message: string, requestId: string): string {
  return JSON.stringify({ error: { code, message, request_id: requestId } })
}
